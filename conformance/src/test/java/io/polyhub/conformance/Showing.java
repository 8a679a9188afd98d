package io.polyhub.conformance;

import io.polyhub.channel.Verb;
import io.polyhub.identity.TokenClaims;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a client shows of itself, and whether it is a good token. */
enum Showing {
  NO_GRANT(true),
  GRANT_OF_THE_CHANNEL(true),
  GRANT_BY_ONE_LEVEL(true),
  GRANT_BY_THE_REST(true),
  GRANT_OF_ANOTHER_CHANNEL(true),
  GRANT_OF_THE_OTHER_VERBS(true),
  EXPIRED(false),
  NOT_YET_VALID(false),
  FORGED(false),
  UNSIGNED(false),
  WRONG_AUDIENCE(false),
  WRONG_ISSUER(false),
  GARBAGE(false),
  MISSING(false);

  private static final Duration LONG = Duration.ofHours(1);

  private final boolean good;

  Showing(boolean good) {
    this.good = good;
  }

  /** Whether it names a user who may come in. */
  boolean isGood() {
    return good;
  }

  /** Whether it gives leave for what it is made for. */
  boolean isEnough() {
    return switch (this) {
      case GRANT_OF_THE_CHANNEL, GRANT_BY_ONE_LEVEL, GRANT_BY_THE_REST -> true;
      case NO_GRANT,
          GRANT_OF_ANOTHER_CHANNEL,
          GRANT_OF_THE_OTHER_VERBS,
          EXPIRED,
          NOT_YET_VALID,
          FORGED,
          UNSIGNED,
          WRONG_AUDIENCE,
          WRONG_ISSUER,
          GARBAGE,
          MISSING ->
          false;
    };
  }

  /** Whether the time of it is over or has not come. */
  boolean isOutOfTime() {
    return this == EXPIRED || this == NOT_YET_VALID;
  }

  /**
   * The token, for that verb on the channel {@code parent/child}.
   *
   * @return empty for none
   */
  String token(Verb verb, String parent, String child) {
    Instant now = Instant.now();
    String channel = parent + "/" + child;
    TokenClaims bare = Tokens.claims("alice").withExpiresAt(now.plus(LONG));
    TokenClaims full = bare.withGrants(List.of(Tokens.grantAll(channel)));
    return switch (this) {
      case NO_GRANT -> Tokens.sign(bare);
      case GRANT_OF_THE_CHANNEL -> Tokens.sign(grant(bare, verb, channel));
      case GRANT_BY_ONE_LEVEL -> Tokens.sign(grant(bare, verb, parent + "/+"));
      case GRANT_BY_THE_REST -> Tokens.sign(grant(bare, verb, parent + "/#"));
      case GRANT_OF_ANOTHER_CHANNEL -> Tokens.sign(grant(bare, verb, channel + "/other"));
      case GRANT_OF_THE_OTHER_VERBS -> Tokens.sign(others(bare, verb, channel));
      case EXPIRED -> Tokens.sign(full.withExpiresAt(now.minus(LONG)));
      case NOT_YET_VALID -> Tokens.sign(full.withNotBefore(now.plus(LONG.dividedBy(2))));
      case FORGED -> Tokens.forge(full);
      case UNSIGNED -> Tokens.unsigned(full);
      case WRONG_AUDIENCE -> Tokens.sign(full.withAudience(List.of("somebody else")));
      case WRONG_ISSUER -> Tokens.sign(full.withIssuer("https://somewhere.else.test"));
      case GARBAGE -> "not.a.token";
      case MISSING -> "";
    };
  }

  private static TokenClaims grant(TokenClaims claims, Verb verb, String filter) {
    return claims.withGrants(List.of(Tokens.grant(verb, filter)));
  }

  private static TokenClaims others(TokenClaims claims, Verb verb, String filter) {
    Set<Verb> verbs = EnumSet.complementOf(EnumSet.of(verb));
    return claims.withGrants(verbs.stream().map(other -> Tokens.grant(other, filter)).toList());
  }
}
