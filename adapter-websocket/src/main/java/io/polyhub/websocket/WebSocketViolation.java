package io.polyhub.websocket;

import io.polyhub.hub.CloseReason;

/**
 * A peer broke the rules of RFC 6455. Holds the goodbye it gets; a fixed set without stack traces,
 * so that hostile peers cost little.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // they have no stack trace, so none is misleading
final class WebSocketViolation extends Exception {

  static final WebSocketViolation NOT_MASKED = protocol("frame is not masked");
  static final WebSocketViolation RESERVED_BITS = protocol("reserved bits are set");
  static final WebSocketViolation UNKNOWN_OPCODE = protocol("unknown opcode");
  static final WebSocketViolation FRAGMENTED_CONTROL = protocol("control frame is fragmented");
  static final WebSocketViolation LONG_CONTROL = protocol("control frame is too long");
  static final WebSocketViolation LENGTH = protocol("length is not in its shortest form");
  static final WebSocketViolation NO_MESSAGE = protocol("nothing to continue");
  static final WebSocketViolation OPEN_MESSAGE = protocol("previous message is not complete");
  static final WebSocketViolation CLOSE_BODY = protocol("close frame of one byte");
  static final WebSocketViolation CLOSE_CODE = protocol("close code may not be sent");
  static final WebSocketViolation BAD_UTF_8 =
      new WebSocketViolation(1007, "invalid utf-8", CloseReason.PROTOCOL_ERROR);
  static final WebSocketViolation BAD_DEFLATE =
      new WebSocketViolation(1007, "invalid compressed data", CloseReason.PROTOCOL_ERROR);
  static final WebSocketViolation TOO_LARGE =
      new WebSocketViolation(1009, "message too large", CloseReason.TOO_LARGE);

  private static final long serialVersionUID = 1L;

  private final int code;
  private final CloseReason reason;

  private WebSocketViolation(int code, String text, CloseReason reason) {
    super(text, null, false, false);
    this.code = code;
    this.reason = reason;
  }

  private static WebSocketViolation protocol(String text) {
    return new WebSocketViolation(1002, text, CloseReason.PROTOCOL_ERROR);
  }

  int code() {
    return code;
  }

  String text() {
    return String.valueOf(getMessage());
  }

  CloseReason reason() {
    return reason;
  }
}
