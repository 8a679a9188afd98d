package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.polyhub.identity.TestCertificates;
import io.polyhub.server.cli.Captured;
import io.polyhub.server.cli.ExitCode;
import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import io.polyhub.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One certificate for all doors, and client certificates at one of them. */
final class TlsTest {

  static {
    Logs.quiet(System.err);
  }

  @TempDir private static Path folder;
  private static TestCertificates certificates = new TestCertificates(Path.of("."));

  @BeforeAll
  static void make_certificates() throws Exception {
    certificates = TestCertificates.create(folder);
  }

  private static Server serve() throws Exception {
    return Server.start(
        LoadedConfig.parse(
                """
                tls: {certificateChain: '%s', privateKey: '%s'}
                auth:
                  certificates:
                    enabled: true
                    grants:
                      - filters: ["devices/#"]
                        verbs: [publish, subscribe, history]
                websocket: {port: 0, tls: {enabled: true}}
                http: {port: 0, tls: {enabled: true}}
                mqtt: {port: 0, tlsPort: 0, tls: {enabled: true}}
                grpc: {port: 0, tls: {enabled: true, clientAuthorities: '%s'}}
                admin: {enabled: false}
                broker: {inMemory: true}
                """
                    .formatted(
                        certificates.certificate("server"),
                        certificates.key("server"),
                        certificates.certificate("ca")))
            .config());
  }

  private static Captured at(Server server) {
    return new Captured(
        Map.of("POLYHUB_URL", "grpcs://localhost:" + server.port("grpc")), new byte[0]);
  }

  private static SSLSocketFactory trusting() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", certificates.read("ca"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  @Test
  void every_door_shows_the_shared_certificate() throws Exception {
    try (Server server = serve()) {
      for (String door : new String[] {"websocket", "http", "mqtts", "grpc"}) {
        try (SSLSocket socket =
            (SSLSocket) trusting().createSocket("localhost", server.port(door))) {
          socket.startHandshake();
          assertThat(socket.getSession().getPeerPrincipal().getName())
              .as(door)
              .isEqualTo("CN=localhost");
        }
      }
      assertThat(server.port("mqtt")).isNotEqualTo(server.port("mqtts"));
    }
  }

  @Test
  void a_client_certificate_opens_the_door_for_what_its_grants_say() throws Exception {
    String ca = certificates.certificate("ca").toString();
    String alice = certificates.certificate("alice").toString();
    String key = certificates.key("alice").toString();
    try (Server server = serve()) {
      Captured allowed = at(server);
      Captured refused = at(server);
      Captured nobody = at(server);

      assertThat(allowed.run("pub", "devices/1", "x", "--ca", ca, "--cert", alice, "--key", key))
          .as(allowed.err())
          .isZero();
      assertThat(refused.run("pub", "other", "x", "--ca", ca, "--cert", alice, "--key", key))
          .isEqualTo(ExitCode.REFUSED);
      assertThat(refused.err()).isEqualTo("polyhub: Refused: permission denied.\n");
      assertThat(nobody.run("pub", "devices/1", "x", "--ca", ca)).isEqualTo(ExitCode.REFUSED);
    }
  }

  @Test
  void a_server_that_the_client_does_not_trust_is_not_talked_to() throws Exception {
    try (Server server = serve()) {
      Captured stranger = at(server);

      assertThat(
              stranger.run("pub", "a", "b", "--ca", certificates.certificate("mallory").toString()))
          .isEqualTo(ExitCode.NOT_REACHED);
      assertThat(stranger.err()).startsWith("polyhub: No Polyhub answers at localhost:");
    }
  }

  /** Reads a configuration as a check does, with these files for all doors. */
  private static Captured check(Path chain, Path key) throws Exception {
    Path file = folder.resolve("check.yaml");
    Files.writeString(
        file, "tls: {certificateChain: '%s', privateKey: '%s'}".formatted(chain, key));
    Captured check = new Captured();
    assertThat(check.run("config", "check", "-c", file.toString()))
        .isEqualTo(ExitCode.CONFIGURATION);
    return check;
  }

  @Test
  void files_that_cannot_be_used_are_told_by_a_check_with_what_to_do() throws Exception {
    Path wrong = Files.writeString(folder.resolve("wrong.pem"), "nothing of that kind");
    Path encrypted =
        Files.writeString(
            folder.resolve("encrypted.key"),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    Path chain = certificates.certificate("server");

    assertThat(check(wrong, certificates.key("server")).err())
        .contains("tls.certificateChain: found no certificate in " + wrong);
    assertThat(check(chain, encrypted).err())
        .contains(
            "tls.privateKey: found an encrypted key (ENCRYPTED PRIVATE KEY) in " + encrypted,
            "openssl pkey -in " + encrypted);
    assertThat(check(chain, certificates.key("alice")).err())
        .contains("tls.privateKey: found a key that does not belong to the first certificate in");
  }

  @Test
  void files_of_one_door_that_cannot_be_used_are_told_too() {
    String yaml =
        "grpc: {tls: {enabled: true, certificateChain: '%s', privateKey: '%s',"
            .formatted(certificates.certificate("server"), certificates.key("server"));

    Throwable authorities =
        catchThrowable(() ->
            LoadedConfig.parse(yaml + " clientAuthorities: '" + certificates.key("alice") + "'}}"));
    Throwable lists =
        catchThrowable(
            () -> LoadedConfig.parse(yaml + " crlFiles: ['" + certificates.key("alice") + "']}}"));

    assertThat(authorities)
        .hasMessageContaining("grpc.tls.clientAuthorities: found no certificate in");
    assertThat(lists).hasMessageContaining("grpc.tls.crlFiles: found without authorities");
  }

  @Test
  void files_that_became_unusable_after_the_configuration_was_read_are_told_at_start()
      throws Exception {
    TestCertificates own = TestCertificates.create(Files.createDirectory(folder.resolve("own")));
    ServerConfig config =
        LoadedConfig.parse(
                """
                tls: {certificateChain: '%s', privateKey: '%s'}
                websocket: {port: 0, tls: {enabled: true}}
                http: {enabled: false}
                mqtt: {enabled: false}
                grpc: {enabled: false}
                admin: {enabled: false}
                broker: {inMemory: true}
                """
                    .formatted(own.certificate("server"), own.key("server")))
            .config();
    Files.delete(own.key("server"));

    assertThat(catchThrowable(() -> Server.start(config)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("The WebSocket door cannot use its TLS files: ")
        .hasMessageContaining("found no such file")
        .hasMessageContaining("(keys: tls, websocket.tls)");
  }

  @Test
  void no_door_speaks_tls_without_forward_secrecy_and_authenticated_encryption() throws Exception {
    try (Server server = serve()) {
      for (String door : new String[] {"websocket", "http", "mqtts", "grpc"}) {
        for (String suite :
            new String[] {
              "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"
            }) {
          try (SSLSocket socket =
              (SSLSocket) trusting().createSocket("localhost", server.port(door))) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {suite});
            assertThat(catchThrowable(socket::startHandshake))
                .as(door)
                .isInstanceOf(IOException.class);
          }
        }
      }
    }
  }
}
