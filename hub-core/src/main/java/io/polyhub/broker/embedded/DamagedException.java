package io.polyhub.broker.embedded;

/** What is stored cannot be understood. */
final class DamagedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DamagedException(String message) {
    super(message);
  }
}
