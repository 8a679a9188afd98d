package io.polyhub.identity;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** What a client shows to say who it is. */
public sealed interface Credentials {

  /** Nothing was shown. */
  record None() implements Credentials {}

  /** A JWT, in compact form; blanks around it do not count. Never written to a log. */
  record Token(String jwt) implements Credentials {

    /** The longest token, in characters, with the blanks around it. */
    public static final int MAX_LENGTH = 16 * 1024;

    private static final String SCHEME = "Bearer";

    /**
     * The token of an {@code Authorization} header (RFC 6750 section 2.1), or null if there is none
     * or it is of another scheme. Empty, which nobody trusts, if the scheme stands there alone.
     */
    public static @Nullable String bearer(@Nullable String header) {
      if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
        return null;
      }
      String rest = header.substring(SCHEME.length());
      return rest.isEmpty() || rest.charAt(0) == ' ' ? rest.strip() : null;
    }

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
