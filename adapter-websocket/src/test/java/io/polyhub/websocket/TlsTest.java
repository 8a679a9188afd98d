package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.CertificateConfig;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.TestCertificates;
import io.polyhub.identity.TlsFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door behind TLS, with and without certificates of clients. */
class TlsTest {

  @TempDir private static Path folder;
  private static TestCertificates certificates;

  @BeforeAll
  static void make() throws Exception {
    certificates = TestCertificates.create(folder);
  }

  /** A TLS connection that shows the certificate of that name, or none. */
  private static Socket socket(int port, @Nullable String name) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forClient().trustManager(certificates.certificate("ca").toFile());
    if (name != null) {
      builder.keyManager(certificates.certificate(name).toFile(), certificates.key(name).toFile());
    }
    return ((JdkSslContext) builder.build())
        .context()
        .getSocketFactory()
        .createSocket("localhost", port);
  }

  @Test
  void messages_go_both_ways() throws IOException {
    try (TestDoor door = TestDoor.start(settings -> settings.tls = certificates.server());
        RawWebSocket client =
            RawWebSocket.open(socket(door.port(), null), "/connection/websocket")) {
      client.sendText("{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}");
      assertThat(client.read().text()).startsWith("{\"id\":1,\"connect\":");
      client.sendFrame(0x88, new byte[] {3, (byte) 0xE8});
      assertThat(client.readUntilEnd()).extracting(RawWebSocket.Frame::closeCode).isEqualTo(1000);
    }
  }

  @Test
  void a_client_is_who_its_certificate_says() throws Exception {
    Grant grant = new Grant(List.of(ChannelFilter.of("#")), Set.of(Verb.values()));
    CertificateConfig byName =
        new CertificateConfig(CertificateConfig.UserFrom.COMMON_NAME, List.of(grant));
    Gatekeeper gatekeeper =
        Gatekeeper.start(
            new IdentityConfig(null, byName, null),
            InstantSource.system(),
            new SimpleMeterRegistry());
    EchoSubprotocol echo = new EchoSubprotocol();
    TestSettings settings = new TestSettings();
    settings.tls = certificates.serverThatAsks();
    try (TestDoor door =
        TestDoor.start(
            TestHub.with().authenticator(gatekeeper).start(), settings.config(), List.of(echo))) {
      try (RawWebSocket alice =
          RawWebSocket.open(socket(door.port(), "alice"), "/connection/websocket")) {
        alice.sendText("{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}");
        assertThat(alice.read().text()).startsWith("{\"id\":1,\"connect\":");
        alice.sendText("{\"id\":3,\"presence\":{\"channel\":\"a\"}}");
        String presence = alice.read().text();
        while (!presence.contains("\"presence\"")) {
          presence = alice.read().text();
        }
        assertThat(presence).contains("\"user\":\"alice\"");
      }
      RawWebSocket.open(socket(door.port(), "alice"), EchoSubprotocol.PATH).close();
      WebSocketOpening opening = echo.openings.poll(10, TimeUnit.SECONDS);
      assertThat(opening.certificate()).isEqualTo(certificates.read("alice"));

      // Clients do not show what the server's authorities have not signed.
      for (String name : new String[] {null, "mallory"}) {
        try (RawWebSocket nobody =
            RawWebSocket.open(socket(door.port(), name), "/connection/websocket")) {
          nobody.sendText("{\"id\":1,\"connect\":{}}");
          assertThat(nobody.readUntilEnd())
              .extracting(RawWebSocket.Frame::closeCode)
              .isEqualTo(3501);
        }
      }
    }
  }

  @Test
  void a_tls_handshake_that_takes_too_long_is_ended() throws IOException {
    try (TestDoor door =
            TestDoor.start(settings -> {
              settings.tls = certificates.server();
              settings.handshakeTimeout = Duration.ofMillis(400);
            });
        RawWebSocket silent = RawWebSocket.connect(door.port())) {
      silent.awaitEnd();
      TestDoor.await(() -> door.metric("polyhub.websocket.connections") == 0);
    }
  }

  @Test
  void files_that_cannot_be_used_are_told_at_the_start() {
    Path absent = folder.resolve("absent.pem");
    assertThatThrownBy(
            () -> TestDoor.start(settings -> settings.tls = new TlsFiles(absent, absent, null)))
        .isInstanceOf(IOException.class);
  }
}
