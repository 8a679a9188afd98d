package io.polyhub.websocket;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import java.nio.charset.StandardCharsets;

/**
 * A goodbye: a status code with a short reason (RFC 6455 section 7.4).
 *
 * @param code 1000 to 4999, and one that may be sent
 * @param reason plain text for the peer, at most {@link #MAX_REASON_BYTES} bytes of UTF-8
 */
public record WebSocketClose(int code, String reason) {

  /** What a control frame of 125 bytes has left for the reason. */
  public static final int MAX_REASON_BYTES = 123;

  public WebSocketClose {
    if (!mayBeSent(code)) {
      throw new IllegalArgumentException("code: " + code + " (expected: one that may be sent)");
    }
    int length = reason.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_REASON_BYTES) {
      throw new IllegalArgumentException(
          "reason: " + length + " bytes (expected: at most " + MAX_REASON_BYTES + ")");
    }
  }

  /**
   * Whether the code may stand in a close frame: those of RFC 6455 section 7.4.1 and of the IANA
   * registry but for 1004, 1005, 1006 and 1015, and the ranges for libraries and applications.
   */
  public static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }

  /**
   * Says goodbye: after what was written before, sends the close frame and flushes, then waits for
   * the peer's, for the configured time at most, and ends the connection. Nothing written after it
   * is sent, and no further message is received. In the channel's event loop.
   */
  public void send(Channel channel) {
    var _ = channel.writeAndFlush(new CloseWebSocketFrame(code, reason));
  }
}
