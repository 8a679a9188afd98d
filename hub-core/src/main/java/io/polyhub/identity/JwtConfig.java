package io.polyhub.identity;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens to trust. A token is trusted if one of the keys verifies it, and its other claims
 * hold.
 *
 * @param hmacSecrets shared secrets for HS256, HS384 and HS512, newest first; more than one so that
 *     a secret can be replaced while tokens of the previous one are still about
 * @param publicKeys keys for RS, PS, ES and EdDSA, newest first
 * @param jwks where more public keys are published, or null
 * @param issuer the {@code iss} that a token must have, or null to accept any
 * @param audiences a token's {@code aud} must name one of these; empty to accept any
 * @param leeway how far {@code nbf} and {@code iat} may lie ahead of our clock. Ends are exact.
 * @param maxLifetime how far ahead, beside the leeway, a token may let its session end; then every
 *     token must end. Null to accept tokens that never end.
 * @param claims where the user and its roles stand, and what roles give
 */
public record JwtConfig(
    List<String> hmacSecrets,
    List<PublicKey> publicKeys,
    @Nullable Jwks jwks,
    @Nullable String issuer,
    Set<String> audiences,
    Duration leeway,
    @Nullable Duration maxLifetime,
    ClaimMapping claims) {

  /** The most secrets, and the most static public keys. */
  public static final int MAX_KEYS = 16;

  /** The fewest bytes of a shared secret that is no risk: RFC 7518 section 3.2, for HS256. */
  public static final int SECRET_BYTES = 32;

  /** What an operator is told of a shorter one. */
  public static final String SHORT_SECRET_WARNING =
      "a token secret is shorter than "
          + SECRET_BYTES
          + " bytes and can be guessed: use it for tests alone";

  /** The longest leeway. */
  public static final Duration MAX_LEEWAY = Duration.ofMinutes(10);

  /** A leeway that forgives the clocks of well-kept machines. */
  public static final Duration STANDARD_LEEWAY = Duration.ofSeconds(5);

  public JwtConfig {
    hmacSecrets = List.copyOf(hmacSecrets);
    publicKeys = List.copyOf(publicKeys);
    audiences = Set.copyOf(audiences);
    require(
        !hmacSecrets.isEmpty() || !publicKeys.isEmpty() || jwks != null,
        "keys",
        "none",
        "a secret, a public key or a JWKS address");
    require(
        hmacSecrets.size() <= MAX_KEYS, "hmacSecrets", hmacSecrets.size(), "at most " + MAX_KEYS);
    require(publicKeys.size() <= MAX_KEYS, "publicKeys", publicKeys.size(), "at most " + MAX_KEYS);
    require(!hmacSecrets.contains(""), "hmacSecrets", "an empty one", "1 character or more");
    for (PublicKey key : publicKeys) {
      require(SigningAlgorithm.anyFits(key), "publicKeys", key.getAlgorithm(), "RSA, EC or EdDSA");
    }
    require(
        !leeway.isNegative() && leeway.compareTo(MAX_LEEWAY) <= 0,
        "leeway",
        leeway,
        "0 to " + MAX_LEEWAY);
    require(
        maxLifetime == null || maxLifetime.isPositive(), "maxLifetime", maxLifetime, "more than 0");
    require(
        jwks == null || jwks.issuer() == null || jwks.issuer().equals(issuer),
        "issuer",
        issuer,
        "the one whose keys are looked for");
  }

  /** Whether a shared secret has fewer than {@link #SECRET_BYTES}, and so can be guessed. */
  public boolean hasShortSecret() {
    return hmacSecrets.stream()
        .anyMatch(secret -> secret.getBytes(StandardCharsets.UTF_8).length < SECRET_BYTES);
  }

  /** Tokens signed with this secret, whatever their issuer and audience. */
  public static JwtConfig ofSecret(String secret) {
    return of(List.of(secret), List.of(), null, null);
  }

  /** Tokens signed with the private half of this key, whatever their issuer and audience. */
  public static JwtConfig ofPublicKey(PublicKey key) {
    return of(List.of(), List.of(key), null, null);
  }

  /** Tokens signed with a key that is published there, whatever their issuer and audience. */
  public static JwtConfig ofJwks(Jwks jwks) {
    return of(List.of(), List.of(), jwks, jwks.issuer());
  }

  private static JwtConfig of(
      List<String> secrets, List<PublicKey> keys, @Nullable Jwks jwks, @Nullable String issuer) {
    return new JwtConfig(
        secrets, keys, jwks, issuer, Set.of(), STANDARD_LEEWAY, null, ClaimMapping.STANDARD);
  }

  /** These settings with other secrets and static public keys. */
  JwtConfig withKeys(List<String> secrets, List<PublicKey> keys) {
    return new JwtConfig(secrets, keys, jwks, issuer, audiences, leeway, maxLifetime, claims);
  }

  public JwtConfig withIssuer(@Nullable String value) {
    return new JwtConfig(
        hmacSecrets, publicKeys, jwks, value, audiences, leeway, maxLifetime, claims);
  }

  public JwtConfig withAudiences(Set<String> value) {
    return new JwtConfig(hmacSecrets, publicKeys, jwks, issuer, value, leeway, maxLifetime, claims);
  }

  public JwtConfig withLeeway(Duration value) {
    return new JwtConfig(
        hmacSecrets, publicKeys, jwks, issuer, audiences, value, maxLifetime, claims);
  }

  public JwtConfig withMaxLifetime(@Nullable Duration value) {
    return new JwtConfig(hmacSecrets, publicKeys, jwks, issuer, audiences, leeway, value, claims);
  }

  public JwtConfig withClaims(ClaimMapping value) {
    return new JwtConfig(
        hmacSecrets, publicKeys, jwks, issuer, audiences, leeway, maxLifetime, value);
  }

  private static void require(boolean holds, String what, @Nullable Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }

  /** Tells all but the secrets. */
  @Override
  public String toString() {
    return "JwtConfig["
        + hmacSecrets.size()
        + " secrets, "
        + publicKeys.size()
        + " public keys, jwks="
        + (jwks == null ? "none" : jwks.address())
        + ", issuer="
        + issuer
        + ", audiences="
        + audiences
        + ", leeway="
        + leeway
        + ", maxLifetime="
        + maxLifetime
        + "]";
  }

  /**
   * A JSON Web Key Set (RFC 7517) at an address. Symmetric keys in it are not used.
   *
   * @param address an http or https address; redirects are not followed
   * @param issuer null if the key set is at the address; else whose discovery document is there,
   *     which says where the key set is (OpenID Connect Discovery 1.0 section 4)
   * @param timeout how long one fetch may take, and so how long a client may wait for an answer
   * @param maxAge after which age the set is fetched anew, while the old one stays in use
   * @param minInterval the least time between two fetches, however many unknown keys are named
   * @param maxBytes the largest answer
   * @param keepWhenEmpty how long the keys of before stay in use while the address answers without
   *     a key that is of use; 0 to drop them at once
   */
  public record Jwks(
      URI address,
      @Nullable String issuer,
      Duration timeout,
      Duration maxAge,
      Duration minInterval,
      int maxBytes,
      Duration keepWhenEmpty) {

    /** The most keys that are used of one set. */
    public static final int MAX_KEYS = 64;

    /** How long what a discovery document said is believed while the keys can be had there. */
    public static final Duration DISCOVERY_MAX_AGE = Duration.ofHours(1);

    private static final String DISCOVERY_PATH = "/.well-known/openid-configuration";

    public Jwks {
      String scheme = address.getScheme();
      require(
          ("https".equals(scheme) || "http".equals(scheme)) && address.getHost() != null,
          "address",
          address,
          "http or https with a host");
      require(
          issuer == null || address.equals(discoveryAddress(issuer)),
          "address",
          address,
          "that of the issuer's discovery document");
      require(timeout.isPositive(), "timeout", timeout, "more than 0");
      require(maxAge.isPositive(), "maxAge", maxAge, "more than 0");
      require(!minInterval.isNegative(), "minInterval", minInterval, "0 or more");
      require(maxBytes > 0, "maxBytes", maxBytes, "1 or more");
      require(!keepWhenEmpty.isNegative(), "keepWhenEmpty", keepWhenEmpty, "0 or more");
    }

    /**
     * Where the issuer's discovery document is (OpenID Connect Discovery 1.0 section 4).
     *
     * @throws IllegalArgumentException if the issuer is no http or https address without a query
     */
    public static URI discoveryAddress(String issuer) {
      String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
      URI address = URI.create(base + DISCOVERY_PATH);
      require(
          address.getRawPath() != null
              && address.getRawPath().endsWith(DISCOVERY_PATH)
              && address.getRawQuery() == null
              && address.getRawFragment() == null,
          "issuer",
          issuer,
          "an address without a query");
      return address;
    }

    /** The key set at that address, with usual limits. */
    public static Jwks at(URI address) {
      return standard(address, null);
    }

    /** The key set that the issuer's discovery document names, with usual limits. */
    public static Jwks ofIssuer(String issuer) {
      return standard(discoveryAddress(issuer), issuer);
    }

    private static Jwks standard(URI address, @Nullable String issuer) {
      return new Jwks(
          address,
          issuer,
          Duration.ofSeconds(5),
          Duration.ofMinutes(10),
          Duration.ofSeconds(10),
          256 * 1024,
          Duration.ofHours(1));
    }
  }
}
