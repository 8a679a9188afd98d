package io.polyhub.graphql;

import io.polyhub.http.EventStream;
import io.polyhub.hub.CloseReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How the results of operations are written into the body of an HTTP answer that stays open. */
interface StreamFormat extends EventStream.Framing {

  /**
   * A result.
   *
   * @param operation the operation's id as a JSON string
   * @param result a JSON object
   * @param extensions a JSON object to go with the result, or null
   * @param cursor the place after the result, or null
   */
  byte[] next(
      byte[] operation, byte[] result, byte @Nullable [] extensions, @Nullable String cursor);

  /**
   * The end of an operation.
   *
   * @param operation the operation's id as a JSON string
   */
  byte[] complete(byte[] operation);

  /** What is said before the stream ends without the end of its operations. */
  byte[] goodbye(CloseReason reason);

  /**
   * Writes a result with its extensions in it.
   *
   * @param result a JSON object
   * @param extensions a JSON object to go with the result, or null
   */
  static void writeResult(ByteArrayOutputStream out, byte[] result, byte @Nullable [] extensions) {
    if (extensions == null) {
      out.writeBytes(result);
    } else {
      out.write(result, 0, result.length - 1);
      out.writeBytes(",\"extensions\":".getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(extensions);
      out.write('}');
    }
  }
}
