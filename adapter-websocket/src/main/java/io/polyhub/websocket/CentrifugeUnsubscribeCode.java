package io.polyhub.websocket;

import io.polyhub.hub.UnsubscribeReason;

/**
 * With what a subscription is ended while the connection goes on. Clients subscribe again by
 * themselves after codes from 2500 on.
 */
enum CentrifugeUnsubscribeCode {
  SERVER(2000, "server unsubscribe"),
  INSUFFICIENT_STATE(2500, "insufficient state"),
  EXPIRED(2501, "subscription expired");

  private final int code;
  private final String text;

  CentrifugeUnsubscribeCode(int code, String text) {
    this.code = code;
    this.text = text;
  }

  int code() {
    return code;
  }

  String text() {
    return text;
  }

  static CentrifugeUnsubscribeCode of(UnsubscribeReason reason) {
    return switch (reason) {
      case EXPIRED -> EXPIRED;
      case PERMISSION_REVOKED, SERVER -> SERVER;
      case POSITION_LOST -> INSUFFICIENT_STATE;
    };
  }
}
