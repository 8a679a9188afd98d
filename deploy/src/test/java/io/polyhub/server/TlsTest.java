package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.polyhub.identity.TestCertificates;
import io.polyhub.server.config.LoadedConfig;
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

  @Test
  void a_file_that_is_no_certificate_is_told_at_start() throws Exception {
    Path wrong = Files.writeString(folder.resolve("wrong.pem"), "nothing of that kind");
    String yaml =
        """
        tls: {certificateChain: '%s', privateKey: '%s'}
        websocket: {port: 0, tls: {enabled: true}}
        http: {enabled: false}
        mqtt: {enabled: false}
        grpc: {enabled: false}
        admin: {enabled: false}
        broker: {inMemory: true}
        """
            .formatted(wrong, certificates.key("server"));

    Throwable thrown = catchThrowable(() -> Server.start(LoadedConfig.parse(yaml).config()));

    assertThat(thrown)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("The WebSocket door cannot listen on 127.0.0.1:0: its TLS files");
  }
}
