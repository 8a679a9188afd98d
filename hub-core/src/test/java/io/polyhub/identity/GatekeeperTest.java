package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import io.polyhub.files.PemFile;
import io.polyhub.identity.Authenticator.ChannelVerification;
import io.polyhub.identity.Authenticator.Reason;
import io.polyhub.identity.Authenticator.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatekeeperTest {

  private static final Grant NEWS =
      new Grant(List.of(ChannelFilter.of("news/#")), Set.of(Verb.SUBSCRIBE));
  private static final JwtConfig JWT = JwtConfig.ofSecret("secret");
  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret("secret");

  @TempDir private static Path folder;
  private static TestCertificates certificates;
  private static X509Certificate alice;

  @BeforeAll
  static void certify() throws Exception {
    certificates = TestCertificates.create(folder);
    alice = certificates.read("alice");
  }

  @Test
  void without_authentication_everyone_may_do_everything_except_on_hidden_channels() {
    for (Credentials credentials :
        List.of(
            new Credentials.None(),
            new Credentials.Token("nonsense"),
            new Credentials.Certificate(alice))) {
      Identity identity = verified(IdentityConfig.OPEN, credentials);
      assertThat(identity.isAnonymous()).isTrue();
      assertThat(identity.expiresAt()).isNull();
      for (Verb verb : Verb.values()) {
        assertThat(identity.allows(verb, ChannelFilter.of("any/thing"))).isTrue();
        assertThat(identity.allows(verb, ChannelFilter.of("#"))).isTrue();
        assertThat(identity.allows(verb, ChannelFilter.of("$hidden"))).isFalse();
      }
    }
    try (Gatekeeper open = start(IdentityConfig.OPEN)) {
      assertThat(open.authenticateChannel("x", "", "news").toCompletableFuture().join())
          .isEqualTo(new ChannelVerification.Verified(new ChannelPass("news", null, null)));
    }
  }

  @Test
  void who_shows_nothing_is_anonymous_only_where_that_is_configured() {
    Credentials none = new Credentials.None();
    assertThat(verify(new IdentityConfig(JWT, null, null), none))
        .isEqualTo(rejected(Reason.MISSING));

    Identity identity = verified(new IdentityConfig(JWT, null, List.of(NEWS)), none);
    assertThat(identity.isAnonymous()).isTrue();
    assertThat(identity.grants()).containsExactly(NEWS);
  }

  @Test
  void a_bad_token_does_not_make_its_bearer_anonymous() {
    IdentityConfig config = new IdentityConfig(JWT, null, List.of(NEWS));
    String forged = TokenIssuer.ofSecret("other").issue(TokenClaims.of("alice"));

    assertThat(verify(config, new Credentials.Token(forged))).isEqualTo(rejected(Reason.INVALID));
    assertThat(verify(config, new Credentials.Token(""))).isEqualTo(rejected(Reason.INVALID));
  }

  @Test
  void a_token_that_names_nobody_is_for_an_anonymous_client_with_its_grants() {
    Grant own = new Grant(List.of(ChannelFilter.of("own")), Set.of(Verb.PUBLISH));
    Credentials token =
        new Credentials.Token(ISSUER.issue(TokenClaims.of("").withGrants(List.of(own))));

    assertThat(verify(new IdentityConfig(JWT, null, null), token))
        .isEqualTo(rejected(Reason.INVALID));
    assertThat(verified(new IdentityConfig(JWT, null, List.of(NEWS)), token).grants())
        .containsExactly(own, NEWS);
  }

  @Test
  void a_named_user_has_the_grants_of_the_token_alone() {
    Credentials token = new Credentials.Token(ISSUER.issue(TokenClaims.of("alice")));

    Identity identity = verified(new IdentityConfig(JWT, null, List.of(NEWS)), token);

    assertThat(identity.user()).isEqualTo("alice");
    assertThat(identity.grants()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "COMMON_NAME, alice",
    "DNS_NAME, alice.example.org",
    "EMAIL, alice@example.org",
    "URI, spiffe://example.org/alice"
  })
  void a_certificate_names_the_user_as_configured(CertificateConfig.UserFrom from, String user) {
    IdentityConfig config =
        new IdentityConfig(null, new CertificateConfig(from, List.of(NEWS)), null);

    Identity identity = verified(config, new Credentials.Certificate(alice));

    assertThat(identity.user()).isEqualTo(user);
    assertThat(identity.grants()).containsExactly(NEWS);
    assertThat(identity.expiresAt()).isEqualTo(alice.getNotAfter().toInstant());
  }

  @Test
  void a_certificate_without_the_part_that_names_the_user_is_refused() throws Exception {
    IdentityConfig config =
        new IdentityConfig(
            null, new CertificateConfig(CertificateConfig.UserFrom.EMAIL, List.of()), null);

    assertThat(verify(config, new Credentials.Certificate(certificates.read("server"))))
        .isEqualTo(rejected(Reason.INVALID));
  }

  @Test
  void a_certificate_whose_name_is_ambiguous_or_deceives_names_nobody() throws Exception {
    certificates.issue("two", "CN=alice,OU=Devices,CN=mallory");
    certificates.issue("pair", "CN=alice+CN=mallory,O=Example");
    certificates.issue("turned", "CN=a\u202Enimda");

    for (String name : new String[] {"two", "pair"}) {
      assertThat(
              CertificateReader.user(
                  certificates.read(name), CertificateConfig.UserFrom.COMMON_NAME))
          .as(name)
          .isEmpty();
    }
    assertThat(Identity.isUserName("a\u202Enimda")).isFalse();
    assertThat(Identity.isUserName("am\u00E9lie")).isTrue();
  }

  @Test
  void a_certificate_that_has_ended_is_refused() {
    IdentityConfig config =
        new IdentityConfig(
            null, new CertificateConfig(CertificateConfig.UserFrom.COMMON_NAME, List.of()), null);
    InstantSource end = InstantSource.fixed(alice.getNotAfter().toInstant());

    try (Gatekeeper gatekeeper = Gatekeeper.start(config, end, new SimpleMeterRegistry())) {
      assertThat(
              gatekeeper
                  .authenticate(new Credentials.Certificate(alice))
                  .toCompletableFuture()
                  .join())
          .isEqualTo(rejected(Reason.EXPIRED));
    }
  }

  @Test
  void where_certificates_are_not_asked_for_one_that_is_shown_says_nothing() {
    Credentials certificate = new Credentials.Certificate(alice);
    assertThat(verify(new IdentityConfig(JWT, null, null), certificate))
        .isEqualTo(rejected(Reason.MISSING));
    assertThat(verified(new IdentityConfig(JWT, null, List.of(NEWS)), certificate).isAnonymous())
        .isTrue();
  }

  @Test
  void where_tokens_are_not_configured_they_are_refused() {
    IdentityConfig config = new IdentityConfig(null, null, List.of(NEWS));
    String token = ISSUER.issue(TokenClaims.of("alice").withChannel("news/1"));

    assertThat(verify(config, new Credentials.Token(token))).isEqualTo(rejected(Reason.INVALID));
    try (Gatekeeper gatekeeper = start(config)) {
      assertThat(
              gatekeeper.authenticateChannel(token, "alice", "news/1").toCompletableFuture().join())
          .isEqualTo(new ChannelVerification.Rejected(Reason.INVALID));
    }
  }

  @Test
  void the_key_in_a_certificate_file_can_verify_tokens() throws Exception {
    String pem = Files.readString(certificates.certificate("server"));
    TokenIssuer issuer =
        TokenIssuer.ofPrivateKey(PemFile.privateKey(certificates.key("server")), null);
    IdentityConfig config =
        new IdentityConfig(JwtConfig.ofPublicKey(PemKeys.publicKeys(pem).getFirst()), null, null);

    assertThat(verified(config, new Credentials.Token(issuer.issue(TokenClaims.of("bob")))).user())
        .isEqualTo("bob");
  }

  private static Gatekeeper start(IdentityConfig config) {
    return Gatekeeper.start(config, InstantSource.system(), new SimpleMeterRegistry());
  }

  private static Verification verify(IdentityConfig config, Credentials credentials) {
    try (Gatekeeper gatekeeper = start(config)) {
      return gatekeeper.authenticate(credentials).toCompletableFuture().join();
    }
  }

  private static Identity verified(IdentityConfig config, Credentials credentials) {
    return ((Verification.Verified) verify(config, credentials)).identity();
  }

  private static Verification rejected(Reason reason) {
    return new Verification.Rejected(reason);
  }
}
