package io.polyhub.identity;

import java.security.cert.X509Certificate;

/** What a client shows to say who it is. */
public sealed interface Credentials {

  /** Nothing was shown. */
  record None() implements Credentials {}

  /** A JWT, in compact form. Never written to a log. */
  record Token(String jwt) implements Credentials {

    /** The longest token, in characters. */
    public static final int MAX_LENGTH = 16 * 1024;

    @Override
    public String toString() {
      return "Token[...]";
    }
  }

  /**
   * A client certificate which the TLS layer has already checked against the trusted authorities.
   */
  record Certificate(X509Certificate certificate) implements Credentials {}
}
