package io.polyhub.websocket;

import io.polyhub.hub.CloseReason;

/**
 * The user event by which a subprotocol's handlers learn that no further message will come on a
 * connection, before the channel becomes inactive.
 */
public sealed interface WebSocketEnd {

  /**
   * The peer has begun to close.
   *
   * @param code its status code, or 1005 if it gave none
   */
  record ByPeer(int code) implements WebSocketEnd {}

  /**
   * The carrier has ended the connection.
   *
   * @param code the status code sent to the peer, or 1006 if it was not told
   * @param reason why, in the hub's words
   */
  record ByCarrier(int code, CloseReason reason) implements WebSocketEnd {}
}
