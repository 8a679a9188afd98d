package io.polyhub.websocket;

import io.polyhub.hub.Refusal;

/** The errors that stand in replies. */
enum CentrifugeError {
  INTERNAL(100, "internal server error", true),
  UNAUTHORIZED(101, "unauthorized", false),
  UNKNOWN_CHANNEL(102, "unknown channel", false),
  PERMISSION_DENIED(103, "permission denied", false),
  ALREADY_SUBSCRIBED(105, "already subscribed", false),
  LIMIT_EXCEEDED(106, "limit exceeded", false),
  BAD_REQUEST(107, "bad request", false),
  NOT_AVAILABLE(108, "not available", false),
  TOKEN_EXPIRED(109, "token expired", false),
  TOO_MANY_REQUESTS(111, "too many requests", true),
  UNRECOVERABLE_POSITION(112, "unrecoverable position", false);

  private final int code;
  private final String text;
  private final boolean temporary;

  CentrifugeError(int code, String text, boolean temporary) {
    this.code = code;
    this.text = text;
    this.temporary = temporary;
  }

  int code() {
    return code;
  }

  String text() {
    return text;
  }

  /** Whether clients try again by themselves. */
  boolean temporary() {
    return temporary;
  }

  /** How a refusal of the hub is told. */
  static CentrifugeError of(Refusal refusal) {
    return switch (refusal) {
      case UNAUTHENTICATED -> UNAUTHORIZED;
      case CREDENTIALS_EXPIRED -> TOKEN_EXPIRED;
      case PERMISSION_DENIED, NOT_SUBSCRIBED -> PERMISSION_DENIED;
      case INVALID_CHANNEL, INVALID_FILTER, INVALID_REQUEST -> BAD_REQUEST;
      case UNKNOWN_CHANNEL -> UNKNOWN_CHANNEL;
      case ALREADY_SUBSCRIBED -> ALREADY_SUBSCRIBED;
      case LIMIT_EXCEEDED, TOO_LARGE -> LIMIT_EXCEEDED;
      case RATE_LIMITED -> TOO_MANY_REQUESTS;
      case UNRECOVERABLE_POSITION, INVALID_CURSOR -> UNRECOVERABLE_POSITION;
      case NOT_AVAILABLE, GUARANTEE_UNAVAILABLE -> NOT_AVAILABLE;
      case BROKER_UNAVAILABLE, SHUTTING_DOWN, INTERNAL -> INTERNAL;
    };
  }
}
