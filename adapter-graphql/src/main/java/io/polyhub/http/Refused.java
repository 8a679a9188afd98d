package io.polyhub.http;

/** A request is refused, and its connection ends. It has no stack: the mistake is the peer's. */
final class Refused extends Exception {

  static final int BAD_REQUEST = 400;
  static final int TOO_LARGE = 413;
  static final int TARGET_TOO_LONG = 414;
  static final int HEAD_TOO_LARGE = 431;
  static final int NOT_IMPLEMENTED = 501;
  static final int BUSY = 503;
  static final int VERSION = 505;

  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * Refuses.
   *
   * @param status of HTTP
   * @param text what the peer is told
   */
  Refused(int status, String text) {
    super(text, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
