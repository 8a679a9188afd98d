package io.polyhub.graphql;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Refusal;
import io.polyhub.websocket.WebSocketClose;

/**
 * The status codes with which a WebSocket that speaks {@code graphql-transport-ws} is closed: those
 * of its PROTOCOL.md, and for what the hub decides those of RFC 6455 which tell a client whether to
 * come back.
 */
final class GraphQlCloseCode {

  static final WebSocketClose INVALID_MESSAGE = new WebSocketClose(4400, "Invalid message");
  static final WebSocketClose UNAUTHORIZED = new WebSocketClose(4401, "Unauthorized");
  static final WebSocketClose FORBIDDEN = new WebSocketClose(4403, "Forbidden");
  static final WebSocketClose INITIALISATION_TIMEOUT =
      new WebSocketClose(4408, "Connection initialisation timeout");
  static final WebSocketClose TOO_MANY_INITIALISATIONS =
      new WebSocketClose(4429, "Too many initialisation requests");

  private static final int GOING_AWAY = 1001;
  private static final int NOT_ACCEPTABLE_DATA = 1003;
  private static final int TOO_BIG = 1009;
  private static final int SERVICE_RESTART = 1012;
  private static final int TRY_AGAIN_LATER = 1013;
  private static final int DUPLICATE_ID = 4409;
  private static final int NORMAL = 1000;

  private GraphQlCloseCode() {}

  /** A message that is not text. */
  static WebSocketClose notText() {
    return new WebSocketClose(NOT_ACCEPTABLE_DATA, "Only text messages are understood");
  }

  /** An id that is in use. */
  static WebSocketClose duplicate(String id) {
    return new WebSocketClose(DUPLICATE_ID, "Subscriber for " + printable(id) + " already exists");
  }

  /**
   * The id as a close reason can hold it, whatever the client wrote: at most 80 printable ASCII
   * characters.
   */
  private static String printable(String id) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < id.length() && text.length() < 80; i++) {
      char c = id.charAt(i);
      text.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return text.toString();
  }

  /**
   * How to close after the hub has closed the session. Clients take 4401, 4400, 4409, 1009 and 1000
   * as final and try the others again.
   */
  static WebSocketClose of(CloseReason reason) {
    return switch (reason) {
      case CLIENT_CLOSED -> new WebSocketClose(NORMAL, reason.text());
      case TRANSPORT_LOST -> new WebSocketClose(GOING_AWAY, reason.text());
      case SHUTDOWN, DISCONNECTED -> new WebSocketClose(SERVICE_RESTART, reason.text());
      case SLOW_CONSUMER, RATE_LIMITED, POSITION_LOST, KEEP_ALIVE_TIMEOUT, INTERNAL ->
          new WebSocketClose(TRY_AGAIN_LATER, reason.text());
      case CREDENTIALS_EXPIRED -> new WebSocketClose(FORBIDDEN.code(), reason.text());
      case REVOKED, PERMISSION_DENIED -> new WebSocketClose(UNAUTHORIZED.code(), reason.text());
      case TAKEN_OVER -> new WebSocketClose(DUPLICATE_ID, reason.text());
      case HANDSHAKE_TIMEOUT -> INITIALISATION_TIMEOUT;
      case PROTOCOL_ERROR -> INVALID_MESSAGE;
      case TOO_LARGE -> new WebSocketClose(TOO_BIG, reason.text());
    };
  }

  /** How to close if the hub did not admit the client. */
  static WebSocketClose of(Refusal refusal) {
    return switch (refusal) {
      case UNAUTHENTICATED, CREDENTIALS_EXPIRED, PERMISSION_DENIED ->
          new WebSocketClose(FORBIDDEN.code(), refusal.text());
      case INVALID_CHANNEL,
          INVALID_FILTER,
          INVALID_CURSOR,
          INVALID_REQUEST,
          UNKNOWN_CHANNEL,
          ALREADY_SUBSCRIBED,
          NOT_SUBSCRIBED,
          UNRECOVERABLE_POSITION,
          NOT_AVAILABLE,
          GUARANTEE_UNAVAILABLE ->
          new WebSocketClose(INVALID_MESSAGE.code(), refusal.text());
      case TOO_LARGE -> new WebSocketClose(TOO_BIG, refusal.text());
      case LIMIT_EXCEEDED, RATE_LIMITED, BROKER_UNAVAILABLE, INTERNAL ->
          new WebSocketClose(TRY_AGAIN_LATER, refusal.text());
      case SHUTTING_DOWN -> new WebSocketClose(SERVICE_RESTART, refusal.text());
    };
  }
}
