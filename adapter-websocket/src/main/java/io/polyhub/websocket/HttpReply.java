package io.polyhub.websocket;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A whole answer to an HTTP request.
 *
 * @param headers beside those about length, connection and origins, which the port writes
 * @param body handed over, and not changed afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, and never changed
public record HttpReply(HttpResponseStatus status, Map<String, String> headers, byte[] body) {

  private static final byte[] NOTHING = {};

  public HttpReply {
    headers = Map.copyOf(headers);
  }

  /** An answer without a body. */
  public static HttpReply of(HttpResponseStatus status) {
    return new HttpReply(status, Map.of(), NOTHING);
  }

  /** An answer that holds JSON. */
  public static HttpReply json(HttpResponseStatus status, byte[] json) {
    return new HttpReply(status, Map.of("Content-Type", "application/json"), json);
  }

  /** A refusal, in the words of its status. */
  static HttpReply refusal(HttpResponseStatus status) {
    return refusal(status, Map.of());
  }

  /** A refusal with headers of its own. */
  static HttpReply refusal(HttpResponseStatus status, Map<String, String> headers) {
    byte[] text =
        ("{\"error\":\"" + status.reasonPhrase() + "\"}").getBytes(StandardCharsets.US_ASCII);
    HttpReply plain = json(status, text);
    if (headers.isEmpty()) {
      return plain;
    }
    Map<String, String> all = new HashMap<>(headers);
    all.putAll(plain.headers());
    return new HttpReply(status, all, text);
  }
}
