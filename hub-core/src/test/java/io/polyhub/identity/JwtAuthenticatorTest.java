package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import io.polyhub.identity.Authenticator.ChannelVerification;
import io.polyhub.identity.Authenticator.Reason;
import io.polyhub.identity.Authenticator.Verification;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JwtAuthenticatorTest {

  private static final String SECRET = "a secret that is long enough for HS256";
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret(SECRET);
  private static final TokenClaims ALICE = TokenClaims.of("alice");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void a_good_token_becomes_the_identity_it_describes() {
    Grant grant =
        new Grant(List.of(ChannelFilter.of("rooms/#")), Set.of(Verb.PUBLISH, Verb.SUBSCRIBE));
    byte[] info = "{\"name\":\"Alice\"}".getBytes(StandardCharsets.UTF_8);
    String token =
        ISSUER.issue(
            ALICE
                .withIssuedAt(NOW)
                .withNotBefore(NOW)
                .withExpiresAt(NOW.plusSeconds(60))
                .withInfo(info)
                .withChannels(List.of("rooms/1"))
                .withGrants(List.of(grant)));

    Verification verification = verify(JwtConfig.ofSecret(SECRET), token);

    assertThat(verification).isInstanceOf(Verification.Verified.class);
    Identity identity = ((Verification.Verified) verification).identity();
    assertThat(identity.user()).isEqualTo("alice");
    assertThat(identity.expiresAt()).isEqualTo(NOW.plusSeconds(60));
    assertThat(identity.info()).isEqualTo(info);
    assertThat(identity.channels()).containsExactly("rooms/1");
    assertThat(identity.grants()).containsExactly(grant);
  }

  @ParameterizedTest
  @CsvSource({
    "RSA, RS256",
    "RSA, RS384",
    "RSA, RS512",
    "RSA, PS256",
    "RSA, PS384",
    "RSA, PS512",
    "secp256r1, ES256",
    "secp384r1, ES384",
    "secp521r1, ES512",
    "Ed25519, EdDSA",
    "Ed448, EdDSA"
  })
  void a_token_is_verified_by_the_public_key_of_its_signer(String kind, String algorithm)
      throws Exception {
    KeyPair pair = keyPair(kind);
    KeyPair other = keyPair(kind);
    String token =
        TokenIssuer.ofPrivateKey(pair.getPrivate(), null).withAlgorithm(algorithm).issue(ALICE);

    assertVerified(verify(JwtConfig.ofPublicKey(pair.getPublic()), token));
    assertRejected(verify(JwtConfig.ofPublicKey(other.getPublic()), token), Reason.INVALID);
    assertRejected(verify(JwtConfig.ofSecret(SECRET), token), Reason.INVALID);
  }

  @ParameterizedTest
  @CsvSource({"HS256", "HS384", "HS512"})
  void a_token_is_verified_by_the_shared_secret(String algorithm) {
    String token = ISSUER.withAlgorithm(algorithm).issue(ALICE);

    assertVerified(verify(JwtConfig.ofSecret(SECRET), token));
    assertRejected(verify(JwtConfig.ofSecret(SECRET + "."), token), Reason.INVALID);
  }

  @Test
  void a_secret_of_six_bytes_is_enough_for_test_suites() {
    assertVerified(
        verify(JwtConfig.ofSecret("secret"), TokenIssuer.ofSecret("secret").issue(ALICE)));
  }

  @Test
  void tokens_of_the_previous_secret_are_good_until_it_is_taken_out() {
    String old = TokenIssuer.ofSecret("old").issue(ALICE);
    JwtConfig both =
        new JwtConfig(
            List.of("new", "old"),
            List.of(),
            null,
            null,
            Set.of(),
            JwtConfig.STANDARD_LEEWAY,
            null,
            ClaimMapping.STANDARD);

    assertVerified(verify(both, old));
    assertVerified(verify(both, TokenIssuer.ofSecret("new").issue(ALICE)));
    assertRejected(verify(JwtConfig.ofSecret("new"), old), Reason.INVALID);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTokens")
  void a_bad_token_is_refused(String what, String token, Reason reason) {
    JwtConfig config =
        JwtConfig.ofSecret(SECRET).withIssuer("us").withAudiences(Set.of("hub", "hub2"));
    assertVerified(verify(config, good(ALICE)));

    assertRejected(verify(config, token), reason);
    assertThat(
            registry
                .counter(
                    "polyhub.tokens.rejected", "reason", reason.name().toLowerCase(Locale.ROOT))
                .count())
        .isEqualTo(1);
  }

  static Stream<Arguments> badTokens() throws Exception {
    TokenClaims ours = ALICE.withIssuer("us").withAudience(List.of("hub"));
    String good = ISSUER.issue(ours);
    String[] parts = good.split("\\.", -1);
    String none = encode("{\"alg\":\"none\"}");
    byte[] publicKey = keyPair("RSA").getPublic().getEncoded();
    String withPublicKeyAsSecret =
        TokenIssuer.ofSecret(new String(publicKey, StandardCharsets.ISO_8859_1)).issue(ours);
    return Stream.of(
        Arguments.of("nothing", "", Reason.INVALID),
        Arguments.of("no token at all", "hello", Reason.INVALID),
        Arguments.of("dots alone", "..", Reason.INVALID),
        Arguments.of("four parts", good + ".x", Reason.INVALID),
        Arguments.of("two parts", parts[0] + "." + parts[1], Reason.INVALID),
        Arguments.of("no signature", parts[0] + "." + parts[1] + ".", Reason.INVALID),
        Arguments.of("not base64url", parts[0] + "." + parts[1] + ".+/+/", Reason.INVALID),
        Arguments.of("beyond ASCII", parts[0] + "." + parts[1] + ".é", Reason.INVALID),
        Arguments.of(
            "another's claims",
            parts[0] + "." + good(TokenClaims.of("bob")).split("\\.", -1)[1] + "." + parts[2],
            Reason.INVALID),
        Arguments.of("another secret", TokenIssuer.ofSecret("other").issue(ours), Reason.INVALID),
        Arguments.of("alg none", none + "." + parts[1] + ".", Reason.INVALID),
        Arguments.of("alg none, signed", none + "." + parts[1] + "." + parts[2], Reason.INVALID),
        Arguments.of(
            "alg None", encode("{\"alg\":\"None\"}") + "." + parts[1] + ".x", Reason.INVALID),
        Arguments.of("alg missing", encode("{}") + "." + parts[1] + "." + parts[2], Reason.INVALID),
        Arguments.of(
            "alg a number",
            encode("{\"alg\":256}") + "." + parts[1] + "." + parts[2],
            Reason.INVALID),
        Arguments.of(
            "alg twice",
            encode("{\"alg\":\"HS256\",\"alg\":\"HS256\"}") + "." + parts[1] + "." + parts[2],
            Reason.INVALID),
        Arguments.of(
            "a header that must be understood",
            encode("{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}") + "." + parts[1] + ".x",
            Reason.INVALID),
        Arguments.of(
            "a payload that is not encoded",
            signed("{\"alg\":\"HS256\",\"b64\":false}", parts[1]),
            Reason.INVALID),
        Arguments.of(
            "a payload that is not encoded, told as one must",
            signed("{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}", parts[1]),
            Reason.INVALID),
        Arguments.of(
            "a header that must be understood, signed",
            signed("{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", parts[1]),
            Reason.INVALID),
        Arguments.of("a blank within", parts[0] + ". " + parts[1] + "." + parts[2], Reason.INVALID),
        Arguments.of("a secret that is a public key", withPublicKeyAsSecret, Reason.INVALID),
        Arguments.of("oversized", good + "a".repeat(Credentials.Token.MAX_LENGTH), Reason.INVALID),
        Arguments.of("no issuer", ISSUER.issue(ours.withIssuer(null)), Reason.INVALID),
        Arguments.of("wrong issuer", ISSUER.issue(ours.withIssuer("them")), Reason.INVALID),
        Arguments.of("no audience", ISSUER.issue(ours.withAudience(List.of())), Reason.INVALID),
        Arguments.of(
            "wrong audience", ISSUER.issue(ours.withAudience(List.of("shop"))), Reason.INVALID),
        Arguments.of("expired now", ISSUER.issue(ours.withExpiresAt(NOW)), Reason.EXPIRED),
        Arguments.of(
            "expired long ago",
            ISSUER.issue(ours.withExpiresAt(NOW.minus(Duration.ofDays(900)))),
            Reason.EXPIRED),
        Arguments.of(
            "leave over",
            ISSUER.issue(ours.withExpiresAt(NOW.plusSeconds(9)).withLeaveEnds(NOW)),
            Reason.EXPIRED),
        Arguments.of(
            "not yet begun", ISSUER.issue(ours.withNotBefore(NOW.plusSeconds(6))), Reason.EXPIRED),
        Arguments.of(
            "issued in the future",
            ISSUER.issue(ours.withIssuedAt(NOW.plusSeconds(6))),
            Reason.INVALID),
        Arguments.of("for one channel", ISSUER.issue(ours.withChannel("news")), Reason.MISMATCH),
        Arguments.of("claims that are no JSON", ISSUER.issue(bytes("hello")), Reason.INVALID),
        Arguments.of(
            "claims of the wrong type", ISSUER.issue(bytes("{\"sub\":5}")), Reason.INVALID));
  }

  @Test
  void a_public_key_never_serves_as_a_secret() throws Exception {
    KeyPair pair = keyPair("RSA");
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    JwtConfig config = JwtConfig.ofPublicKey(PemKeys.publicKeys(pem).getFirst());

    assertRejected(verify(config, TokenIssuer.ofSecret(pem).issue(ALICE)), Reason.INVALID);
    assertVerified(verify(config, TokenIssuer.ofPrivateKey(pair.getPrivate(), null).issue(ALICE)));
  }

  @Test
  void a_key_of_one_curve_is_not_used_for_another() throws Exception {
    assertThatThrownBy(() ->
            TokenIssuer.ofPrivateKey(keyPair("secp384r1").getPrivate(), null)
                .withAlgorithm("ES256"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_small_clock_difference_is_forgiven_at_the_start_but_not_at_the_end() {
    JwtConfig config = JwtConfig.ofSecret(SECRET).withLeeway(Duration.ofSeconds(10));

    assertVerified(verify(config, ISSUER.issue(ALICE.withNotBefore(NOW.plusSeconds(10)))));
    assertVerified(verify(config, ISSUER.issue(ALICE.withIssuedAt(NOW.plusSeconds(10)))));
    assertVerified(verify(config, ISSUER.issue(ALICE.withExpiresAt(NOW.plusSeconds(1)))));
    assertRejected(verify(config, ISSUER.issue(ALICE.withExpiresAt(NOW))), Reason.EXPIRED);
  }

  @Test
  void blanks_around_a_token_do_not_count_wherever_it_is_shown() {
    String session = " \t" + ISSUER.issue(ALICE) + "\r\n";
    String channel = " \t" + ISSUER.issue(ALICE.withChannel("news")) + "\r\n";

    assertVerified(verify(JwtConfig.ofSecret(SECRET), session));
    assertThat(verifyChannel(channel, "alice", "news"))
        .isInstanceOf(ChannelVerification.Verified.class);
  }

  @Test
  void the_header_of_a_bearer_is_read_alike_for_every_door() {
    assertThat(Credentials.Token.bearer("Bearer x.y.z")).isEqualTo("x.y.z");
    assertThat(Credentials.Token.bearer("bEARER   x.y.z ")).isEqualTo("x.y.z");
    assertThat(Credentials.Token.bearer("Bearer")).isEmpty();
    assertThat(Credentials.Token.bearer("Bearer  ")).isEmpty();
    assertThat(Credentials.Token.bearer("Bearerx.y.z")).isNull();
    assertThat(Credentials.Token.bearer("Basic eDp5")).isNull();
    assertThat(Credentials.Token.bearer(null)).isNull();
  }

  @Test
  void with_a_longest_lifetime_every_token_ends_and_soon_enough() {
    JwtConfig config =
        JwtConfig.ofSecret(SECRET)
            .withLeeway(Duration.ofSeconds(5))
            .withMaxLifetime(Duration.ofHours(1));
    TokenClaims ends = ALICE.withExpiresAt(NOW.plusSeconds(3_605));

    assertVerified(verify(config, ISSUER.issue(ends)));
    assertVerified(verify(config, ISSUER.issue(ends.withLeaveEnds(NOW.plusSeconds(3_605)))));
    assertRejected(verify(config, ISSUER.issue(ALICE)), Reason.INVALID);
    assertRejected(
        verify(config, ISSUER.issue(ALICE.withExpiresAt(NOW.plusSeconds(3_606)))), Reason.INVALID);
    // Nor does the session outlast it.
    assertRejected(verify(config, ISSUER.issue(ends.withLeaveEnds(Instant.MAX))), Reason.INVALID);
    assertRejected(
        verify(config, ISSUER.issue(ends.withLeaveEnds(NOW.plusSeconds(3_606)))), Reason.INVALID);
    assertRejected(
        verify(config, ISSUER.issue(ALICE.withLeaveEnds(NOW.plusSeconds(60)))), Reason.INVALID);
    assertRejected(verify(config, ISSUER.issue(ALICE.withExpiresAt(NOW))), Reason.EXPIRED);
  }

  @Test
  void the_leave_may_outlast_the_token() {
    TokenClaims claims = ALICE.withExpiresAt(NOW.plusSeconds(5));
    JwtConfig config = JwtConfig.ofSecret(SECRET);

    assertThat(identity(config, claims.withLeaveEnds(NOW.plusSeconds(500))).expiresAt())
        .isEqualTo(NOW.plusSeconds(500));
    assertThat(identity(config, claims.withLeaveEnds(Instant.MAX)).expiresAt()).isNull();
    assertThat(identity(config, claims).expiresAt()).isEqualTo(NOW.plusSeconds(5));
  }

  @Test
  void a_channel_token_is_for_its_channel_and_its_user() {
    byte[] info = bytes("{\"seat\":4}");
    String token =
        ISSUER.issue(ALICE.withChannel("news").withInfo(info).withExpiresAt(NOW.plusSeconds(3)));

    ChannelVerification verification = verifyChannel(token, "alice", "news");
    assertThat(verification).isInstanceOf(ChannelVerification.Verified.class);
    ChannelPass pass = ((ChannelVerification.Verified) verification).pass();
    assertThat(pass.channel()).isEqualTo("news");
    assertThat(pass.expiresAt()).isEqualTo(NOW.plusSeconds(3));
    assertThat(pass.info()).isEqualTo(info);

    assertThat(verifyChannel(token, "bob", "news"))
        .isEqualTo(new ChannelVerification.Rejected(Reason.MISMATCH));
    assertThat(verifyChannel(token, "", "news"))
        .isEqualTo(new ChannelVerification.Rejected(Reason.MISMATCH));
    assertThat(verifyChannel(token, "alice", "sport"))
        .isEqualTo(new ChannelVerification.Rejected(Reason.MISMATCH));
    assertThat(verifyChannel(ISSUER.issue(ALICE), "alice", "news"))
        .isEqualTo(new ChannelVerification.Rejected(Reason.MISMATCH));
    assertThat(verifyChannel("x", "alice", "news"))
        .isEqualTo(new ChannelVerification.Rejected(Reason.INVALID));
    assertThat(
            verifyChannel(
                ISSUER.issue(ALICE.withChannel("news").withExpiresAt(NOW)), "alice", "news"))
        .isEqualTo(new ChannelVerification.Rejected(Reason.EXPIRED));
  }

  @Test
  void no_secret_and_no_token_shows_in_texts() {
    assertThat(JwtConfig.ofSecret(SECRET).toString()).doesNotContain(SECRET);
    assertThat(new Credentials.Token("x.y.z").toString()).doesNotContain("x.y.z");
  }

  @Test
  void a_configuration_without_any_key_is_refused() {
    assertThatThrownBy(() ->
            new JwtConfig(
                List.of(),
                List.of(),
                null,
                null,
                Set.of(),
                JwtConfig.STANDARD_LEEWAY,
                null,
                ClaimMapping.STANDARD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a JWKS address");
  }

  private Verification verify(JwtConfig config, String token) {
    try (JwtAuthenticator authenticator =
        JwtAuthenticator.start(config, InstantSource.fixed(NOW), registry)) {
      return authenticator
          .authenticate(new Credentials.Token(token))
          .toCompletableFuture()
          .orTimeout(10, TimeUnit.SECONDS)
          .join();
    }
  }

  private ChannelVerification verifyChannel(String token, String user, String channel) {
    try (JwtAuthenticator authenticator =
        JwtAuthenticator.start(JwtConfig.ofSecret(SECRET), InstantSource.fixed(NOW), registry)) {
      return authenticator
          .authenticateChannel(token, user, channel)
          .toCompletableFuture()
          .orTimeout(10, TimeUnit.SECONDS)
          .join();
    }
  }

  private Identity identity(JwtConfig config, TokenClaims claims) {
    return ((Verification.Verified) verify(config, ISSUER.issue(claims))).identity();
  }

  private static String good(TokenClaims claims) {
    return ISSUER.issue(claims.withIssuer("us").withAudience(List.of("other", "hub")));
  }

  private static void assertVerified(Verification verification) {
    assertThat(verification).isInstanceOf(Verification.Verified.class);
  }

  private static void assertRejected(Verification verification, Reason reason) {
    assertThat(verification).isEqualTo(new Verification.Rejected(reason));
  }

  static KeyPair keyPair(String kind) throws Exception {
    if (kind.startsWith("secp")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(kind));
      return generator.generateKeyPair();
    }
    return KeyPairGenerator.getInstance(kind).generateKeyPair();
  }

  /** A token with any header whose signature is good. */
  private static String signed(String header, String payload) throws Exception {
    String text = encode(header) + "." + payload;
    byte[] signature =
        SigningAlgorithm.HS256.sign(
            new SecretKeySpec(bytes(SECRET), "HMAC"), text.getBytes(StandardCharsets.US_ASCII));
    return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  private static String encode(String json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(json));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
