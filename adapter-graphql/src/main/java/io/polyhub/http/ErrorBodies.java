package io.polyhub.http;

/** What stands in the body of an answer that comes from no handler: JSON in UTF-8. */
@FunctionalInterface
public interface ErrorBodies {

  /**
   * Gives the body.
   *
   * @param status of HTTP
   * @param text a sentence for the client, without a secret and without an exception's text
   */
  byte[] body(int status, String text);
}
