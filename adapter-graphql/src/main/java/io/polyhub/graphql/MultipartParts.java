package io.polyhub.graphql;

import io.polyhub.http.Accepts;
import io.polyhub.hub.CloseReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one subscription's results as the parts of a {@code multipart/mixed} body, which is what
 * Apollo's HTTP link asks for ("GraphQL over HTTP, multipart subscriptions", {@code
 * subscriptionSpec=1.0}; the parts are those of RFC 2046 section 5.1). Each part is followed at
 * once by the next delimiter, since clients read a part when they see its end. Pure.
 */
final class MultipartParts implements StreamFormat {

  static final MultipartParts FORMAT = new MultipartParts();

  private static final byte[] DELIMITER = ascii("\r\n--graphql");
  private static final byte[] HEAD = ascii("\r\nContent-Type: application/json\r\n\r\n");
  private static final byte[] PAYLOAD = ascii("{\"payload\":");
  private static final byte[] END = ascii("--\r\n");
  private static final byte[] HEARTBEAT = concat(HEAD, ascii("{}"));

  private MultipartParts() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Override
  public String contentType() {
    return Accepts.MULTIPART + ";boundary=\"graphql\";subscriptionSpec=\"1.0\"";
  }

  @Override
  public byte[] opening() {
    return DELIMITER.clone();
  }

  @Override
  public byte[] next(
      byte[] operation, byte[] result, byte @Nullable [] extensions, @Nullable String cursor) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(result.length + 128);
    out.writeBytes(HEAD);
    out.writeBytes(PAYLOAD);
    StreamFormat.writeResult(out, result, extensions);
    out.write('}');
    out.writeBytes(DELIMITER);
    return out.toByteArray();
  }

  @Override
  public byte[] complete(byte[] operation) {
    return END.clone();
  }

  /** An error of the transport, which clients report rather than take for the end. */
  @Override
  public byte[] goodbye(CloseReason reason) {
    Map<String, @Nullable Object> part = new LinkedHashMap<>();
    part.put("payload", null);
    part.put(
        "errors",
        GraphQlErrors.toJson(List.of(new CodedError(GraphQlErrorCode.of(reason), reason.text()))));
    return concat(HEAD, Json.write(part), DELIMITER, END);
  }

  @Override
  public byte[] aliveBegin() {
    return HEARTBEAT;
  }

  @Override
  public byte[] aliveEnd() {
    return DELIMITER;
  }
}
