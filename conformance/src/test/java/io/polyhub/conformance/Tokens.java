package io.polyhub.conformance;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The tokens of the tests, good ones and bad ones. */
final class Tokens {

  private static final String ISSUER = "https://issuer.test";
  private static final String AUDIENCE = "polyhub";
  private static final TokenIssuer SIGNER =
      TokenIssuer.ofSecret("a secret of the tests that is long enough");
  private static final TokenIssuer FORGER =
      TokenIssuer.ofSecret("another secret that nobody has to trust");

  private Tokens() {}

  /** A configuration that trusts the good ones alone. */
  static IdentityConfig trusted() {
    JwtConfig jwt =
        JwtConfig.ofSecret("a secret of the tests that is long enough")
            .withIssuer(ISSUER)
            .withAudiences(Set.of(AUDIENCE))
            .withLeeway(Duration.ZERO);
    return new IdentityConfig(jwt, null, null);
  }

  /** What a good token says that grants nothing. */
  static TokenClaims claims(String user) {
    return TokenClaims.of(user).withIssuer(ISSUER).withAudience(List.of(AUDIENCE));
  }

  /** A grant of one verb. */
  static Grant grant(Verb verb, String filter) {
    return new Grant(List.of(ChannelFilter.of(filter)), Set.of(verb));
  }

  /** A grant of all verbs. */
  static Grant grantAll(String filter) {
    return new Grant(List.of(ChannelFilter.of(filter)), EnumSet.allOf(Verb.class));
  }

  static String sign(TokenClaims claims) {
    return SIGNER.issue(claims);
  }

  /** Everything is allowed until the instant. */
  static String all(String user, Instant until) {
    return sign(claims(user).withGrants(List.of(grantAll("#"))).withExpiresAt(until));
  }

  /** Signed by somebody else. */
  static String forge(TokenClaims claims) {
    return FORGER.issue(claims);
  }

  /** Not signed, and says so (RFC 7519 section 6). */
  static String unsigned(TokenClaims claims) {
    String[] parts = sign(claims).split("\\.", -1);
    String header =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
    return header + "." + parts[1] + ".";
  }
}
