package io.polyhub.graphql;

import io.polyhub.identity.Credentials;
import java.security.cert.X509Certificate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what a client shows to say who it is. Pure. */
final class ClientCredentials {

  private ClientCredentials() {}

  /**
   * A token in the payload of {@code connection_init} comes before one in the HTTP request, and any
   * token before a certificate. The payload has it as {@code token} or {@code authToken}, or as
   * {@code Authorization}, beside them or within {@code headers}.
   */
  static Credentials of(
      @Nullable Map<String, @Nullable Object> payload,
      @Nullable String bearerToken,
      @Nullable X509Certificate certificate) {
    String shown = payload == null ? null : token(payload);
    if (shown == null) {
      shown = bearerToken;
    }
    if (shown != null) {
      return new Credentials.Token(shown);
    }
    return certificate == null ? new Credentials.None() : new Credentials.Certificate(certificate);
  }

  /** A token of another type than a string is no token anybody trusts, and is shown as such. */
  private static @Nullable String token(Map<String, @Nullable Object> payload) {
    for (Map.Entry<String, @Nullable Object> entry : payload.entrySet()) {
      Object value = entry.getValue();
      if (value == null) {
        continue;
      }
      if (entry.getKey().equals("token") || entry.getKey().equals("authToken")) {
        return value instanceof String text ? text : "";
      }
      if (entry.getKey().equals("headers") && value instanceof Map<?, ?> headers) {
        String token = authorization(headers);
        if (token != null) {
          return token;
        }
      }
    }
    return authorization(payload);
  }

  /** The token of an entry {@code Authorization}, whose name is of any case, or null. */
  private static @Nullable String authorization(Map<?, ?> headers) {
    for (Map.Entry<?, ?> entry : headers.entrySet()) {
      if (entry.getValue() != null
          && entry.getKey() instanceof String name
          && name.equalsIgnoreCase("Authorization")) {
        String token =
            entry.getValue() instanceof String text ? Credentials.Token.bearer(text) : null;
        return token == null ? "" : token;
      }
    }
    return null;
  }
}
