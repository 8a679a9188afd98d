package io.polyhub.broker;

/**
 * The broker cannot be reached, or cannot answer just now; the same call may well succeed later.
 * The message is for logs. Has no stack trace.
 */
public final class UnavailableException extends Exception {

  private static final long serialVersionUID = 1L;

  public UnavailableException(String message) {
    super(message, null, false, false);
  }
}
