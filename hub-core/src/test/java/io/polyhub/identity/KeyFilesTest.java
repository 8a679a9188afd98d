package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.files.PemFile;
import io.polyhub.identity.Authenticator.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of tokens whose files are replaced. */
class KeyFilesTest {

  private static final String WRITTEN = "a secret that stands in the configuration";
  private static final String FIRST = "a secret that is long enough for HS256";
  private static final String SECOND = "another secret that is long enough as well";

  @TempDir Path folder;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private static boolean accepts(JwtAuthenticator authenticator, String secret) throws Exception {
    String token = TokenIssuer.ofSecret(secret).issue(TokenClaims.of("alice"));
    return authenticator.authenticate(new Credentials.Token(token)).toCompletableFuture().get()
        instanceof Verification.Verified;
  }

  @Test
  void a_replaced_secret_counts_and_one_that_is_missing_or_too_short_does_not() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), FIRST + "\n");
    KeyFiles files = new KeyFiles(List.of(WRITTEN), List.of(file), List.of());
    JwtConfig config = JwtConfig.ofSecret(WRITTEN).withKeys(List.of(WRITTEN, FIRST), List.of());
    try (JwtAuthenticator authenticator =
        JwtAuthenticator.start(config, files, InstantSource.system(), registry)) {
      assertThat(accepts(authenticator, FIRST)).isTrue();
      assertThat(accepts(authenticator, SECOND)).isFalse();

      Files.writeString(file, SECOND + "\n");
      assertThat(authenticator.lookAtFiles()).isTrue();
      assertThat(accepts(authenticator, FIRST)).isFalse();
      assertThat(accepts(authenticator, SECOND)).isTrue();

      for (String unusable : new String[] {"", "too short"}) {
        Files.writeString(file, unusable);
        assertThat(authenticator.lookAtFiles()).isFalse();
        assertThat(accepts(authenticator, SECOND)).isTrue();
      }
      assertThat(registry.get("polyhub.files.stale").tag("files", "auth.jwt").gauge().value())
          .isEqualTo(1);
      assertThat(accepts(authenticator, WRITTEN)).isTrue();
    }
  }

  @Test
  void a_replaced_public_key_counts() throws Exception {
    TestCertificates certificates = TestCertificates.create(folder);
    Path file = certificates.certificate("server");
    String ofServer = token(certificates, "server");
    String ofAlice = token(certificates, "alice");
    KeyFiles files = new KeyFiles(List.of(), List.of(), List.of(file));
    JwtConfig config = JwtConfig.ofPublicKey(PemKeys.publicKeys(Files.readString(file)).getFirst());
    try (JwtAuthenticator authenticator =
        JwtAuthenticator.start(config, files, InstantSource.system(), registry)) {
      assertThat(verified(authenticator, ofServer)).isTrue();

      certificates.replace("server", "alice");

      assertThat(authenticator.lookAtFiles()).isTrue();
      assertThat(verified(authenticator, ofServer)).isFalse();
      assertThat(verified(authenticator, ofAlice)).isTrue();
    }
  }

  private static String token(TestCertificates certificates, String name) throws Exception {
    return TokenIssuer.ofPrivateKey(PemFile.privateKey(certificates.key(name)), null)
        .issue(TokenClaims.of("alice"));
  }

  private static boolean verified(JwtAuthenticator authenticator, String token) throws Exception {
    return authenticator.authenticate(new Credentials.Token(token)).toCompletableFuture().get()
        instanceof Verification.Verified;
  }
}
