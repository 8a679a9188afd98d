package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The documents of load clients, and what is looked for in their results. */
final class GraphQlText {

  static final byte[] SUBSCRIBED = bytes("\"Subscribed\"");
  static final byte[] MESSAGE = bytes("\"Message\"");
  static final byte[] ERROR = bytes("\"errors\":");

  private static final byte[] CURSOR = bytes("\"cursor\":\"");
  private static final byte[] UNRECOVERABLE = bytes("\"UNRECOVERABLE\"");

  private GraphQlText() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The request for a channel's feed, as a JSON object: the same document for all who do not come
   * back, and for all who do.
   *
   * @param resuming whether each message is to tell its cursor
   * @param since the cursor to go on after, or null
   */
  static String feed(String channel, boolean resuming, @Nullable String since) {
    if (!resuming) {
      return "{\"query\":\"subscription{feed(channel:\\\""
          + channel
          + "\\\"){__typename ...on Message{data}}}\"}";
    }
    return "{\"query\":\"subscription($since:String){feed(channel:\\\""
        + channel
        + "\\\",since:$since){__typename ...on Subscribed{cursor recovery}"
        + " ...on Message{data cursor}}}\",\"variables\":{\"since\":"
        + (since == null ? "null" : "\"" + since + "\"")
        + "}}";
  }

  /** The request to publish content that must be JSON, as a JSON object. */
  static String publish(String channel, byte[] payload) {
    return "{\"query\":\"mutation($data:JSON){publish(channel:\\\""
        + channel
        + "\\\",data:$data){cursor}}\",\"variables\":{\"data\":"
        + new String(payload, StandardCharsets.UTF_8)
        + "}}";
  }

  /** The cursor that a result tells, or null. */
  static @Nullable String cursor(ByteBuf result) {
    int at = Bytes.indexOf(result, CURSOR);
    if (at < 0) {
      return null;
    }
    int begin = at + CURSOR.length;
    int end = result.indexOf(begin, result.writerIndex(), (byte) '"');
    return result.toString(begin, end - begin, StandardCharsets.US_ASCII);
  }

  static boolean isUnrecoverable(ByteBuf result) {
    return Bytes.indexOf(result, UNRECOVERABLE) >= 0;
  }
}
