package io.polyhub.websocket;

import io.netty.channel.Channel;
import java.util.List;
import java.util.OptionalInt;

/**
 * A protocol that speaks over WebSocket, on a path of its own.
 *
 * <p>The carrier keeps RFC 6455: it answers pings, takes part in closing, and ends connections
 * whose peers break the rules or vanish. What a subprotocol's handlers get from the channel is:
 *
 * <ul>
 *   <li>messages: complete {@code TextWebSocketFrame}s (valid UTF-8) and {@code
 *       BinaryWebSocketFrame}s, at most {@link #maxMessageBytes} long, which they release. While
 *       they have set {@code autoRead} to false they get none, also none that were read already;
 *   <li>one user event {@link WebSocketEnd}, when no further message will come, unless they closed
 *       the connection themselves;
 *   <li>{@code channelInactive}, always, at last;
 *   <li>{@code channelWritabilityChanged}, as the configured marks say.
 * </ul>
 *
 * <p>They write {@code TextWebSocketFrame}, {@code BinaryWebSocketFrame} (final ones, uncompressed)
 * and {@link PreparedMessage}, flush themselves, and end with {@link WebSocketClose#send}; what
 * they write after the end is discarded. {@code channel.close()} drops the connection without a
 * goodbye.
 */
public interface WebSocketSubprotocol {

  /** The path, beginning with a slash; compared exactly. */
  String path();

  /** What is spoken there, in a few plain words for people who look at the port. */
  String summary();

  /**
   * The names by which clients may ask for it in {@code Sec-WebSocket-Protocol}. The first one that
   * the client lists and that is known here is agreed on.
   */
  List<String> names();

  /** Whether a client that offers none of the names is refused with status 400. */
  boolean nameRequired();

  /** The largest message that is taken, or empty for what the listener is configured with. */
  default OptionalInt maxMessageBytes() {
    return OptionalInt.empty();
  }

  /**
   * Whether the carrier sends pings and ends the connection if nothing comes back. A protocol that
   * has its own keep-alive says no.
   */
  default boolean pinged(WebSocketOpening opening) {
    return true;
  }

  /**
   * The port of our own HTTP listener, if a page there opens this WebSocket. Such a page is of
   * another origin, since its port is another, and is allowed nevertheless.
   */
  default OptionalInt pagePort() {
    return OptionalInt.empty();
  }

  /**
   * Learns where it is served. Called once, as soon as the listener listens; any thread.
   *
   * @param port the listener's port
   * @param tls whether it speaks TLS
   */
  default void listening(int port, boolean tls) {}

  /**
   * Takes over an opened connection: adds its handlers to the end of the channel's pipeline. Called
   * in the channel's event loop, after the handshake was written; the first message comes after it
   * has returned. Must not block or throw.
   */
  void attach(Channel channel, WebSocketOpening opening);
}
