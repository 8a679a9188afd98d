package io.polyhub.websocket;

import io.polyhub.hub.CloseReason;

/**
 * With what a connection is closed. Clients come back by themselves after codes from 3000 to 3499,
 * and do not after those from 3500 to 3999.
 */
enum CentrifugeCloseCode {
  /** The one code that is never sent: the connection is dropped. */
  CONNECTION_CLOSED(3000, "connection closed"),
  SHUTDOWN(3001, "shutdown"),
  INTERNAL(3004, "internal server error"),
  CONNECTION_EXPIRED(3005, "connection expired"),
  SUBSCRIPTION_EXPIRED(3006, "subscription expired"),
  SLOW(3008, "slow"),
  WRITE_ERROR(3009, "write error"),
  INSUFFICIENT_STATE(3010, "insufficient state"),
  FORCE_RECONNECT(3011, "force reconnect"),
  NO_PONG(3012, "no pong"),
  TOO_MANY_REQUESTS(3013, "too many requests"),
  INVALID_TOKEN(3500, "invalid token"),
  BAD_REQUEST(3501, "bad request"),
  STALE(3502, "stale"),
  FORCE_DISCONNECT(3503, "force disconnect"),
  CONNECTION_LIMIT(3504, "connection limit"),
  CHANNEL_LIMIT(3505, "channel limit"),
  PERMISSION_DENIED(3507, "permission denied"),
  NOT_AVAILABLE(3508, "not available"),
  /** RFC 6455's own code, which clients take as a reason not to come back. */
  TOO_LARGE(1009, "message size limit");

  private final int code;
  private final String text;

  CentrifugeCloseCode(int code, String text) {
    this.code = code;
    this.text = text;
  }

  int code() {
    return code;
  }

  /** Plain words: clients try to read the text as JSON first, which it must not be. */
  String text() {
    return text;
  }

  /** How the end of a session is told. */
  static CentrifugeCloseCode of(CloseReason reason) {
    return switch (reason) {
      case CLIENT_CLOSED, TRANSPORT_LOST -> CONNECTION_CLOSED;
      case SHUTDOWN -> SHUTDOWN;
      case CREDENTIALS_EXPIRED -> CONNECTION_EXPIRED;
      case REVOKED, TAKEN_OVER -> FORCE_DISCONNECT;
      case DISCONNECTED -> FORCE_RECONNECT;
      case SLOW_CONSUMER -> SLOW;
      case KEEP_ALIVE_TIMEOUT -> NO_PONG;
      case HANDSHAKE_TIMEOUT -> STALE;
      case PROTOCOL_ERROR -> BAD_REQUEST;
      case TOO_LARGE -> TOO_LARGE;
      case RATE_LIMITED -> TOO_MANY_REQUESTS;
      case PERMISSION_DENIED -> PERMISSION_DENIED;
      case POSITION_LOST -> INSUFFICIENT_STATE;
      case INTERNAL -> INTERNAL;
    };
  }

  /** The same in the hub's words, for metrics and whoever watches sessions. */
  CloseReason reason() {
    return switch (this) {
      case CONNECTION_CLOSED -> CloseReason.TRANSPORT_LOST;
      case SHUTDOWN -> CloseReason.SHUTDOWN;
      case INTERNAL -> CloseReason.INTERNAL;
      case CONNECTION_EXPIRED, SUBSCRIPTION_EXPIRED -> CloseReason.CREDENTIALS_EXPIRED;
      case SLOW, WRITE_ERROR -> CloseReason.SLOW_CONSUMER;
      case INSUFFICIENT_STATE -> CloseReason.POSITION_LOST;
      case NO_PONG -> CloseReason.KEEP_ALIVE_TIMEOUT;
      case TOO_MANY_REQUESTS, CONNECTION_LIMIT, CHANNEL_LIMIT -> CloseReason.RATE_LIMITED;
      case INVALID_TOKEN, PERMISSION_DENIED -> CloseReason.PERMISSION_DENIED;
      case BAD_REQUEST, NOT_AVAILABLE -> CloseReason.PROTOCOL_ERROR;
      case STALE -> CloseReason.HANDSHAKE_TIMEOUT;
      case FORCE_DISCONNECT -> CloseReason.REVOKED;
      case FORCE_RECONNECT -> CloseReason.DISCONNECTED;
      case TOO_LARGE -> CloseReason.TOO_LARGE;
    };
  }
}
