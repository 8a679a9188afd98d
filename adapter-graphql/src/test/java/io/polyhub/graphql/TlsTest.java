package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.ChannelPass;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import io.polyhub.identity.TestCertificates;
import io.polyhub.identity.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS on the HTTP listener. */
final class TlsTest {

  @TempDir static Path folder;
  private static TestCertificates certificates;

  @BeforeAll
  static void make() throws Exception {
    certificates = TestCertificates.create(folder);
  }

  private static TestDoor door(TlsFiles files) throws IOException {
    TestConfig config = TestConfig.standard();
    config.tls = files;
    config.http = TestConfig.bounds(100, 100, Duration.ofSeconds(1));
    return TestDoor.open(TestHub.with().authenticator(new ByCertificate()).start(), config.build());
  }

  /** Takes a certificate's subject for the user. */
  private static final class ByCertificate implements Authenticator {

    @Override
    public boolean admitsFrom(@Nullable SocketAddress client) {
      return true;
    }

    @Override
    public CompletionStage<Verification> authenticate(Credentials credentials) {
      String user =
          credentials instanceof Credentials.Certificate shown
              ? shown.certificate().getSubjectX500Principal().getName()
              : "";
      return CompletableFuture.completedFuture(
          new Verification.Verified(new Identity(user, List.of(), null, null, List.of())));
    }

    @Override
    public CompletionStage<ChannelVerification> authenticateChannel(
        String jwt, String user, String channel) {
      return CompletableFuture.completedFuture(
          new ChannelVerification.Verified(new ChannelPass(channel, null, null)));
    }
  }

  private static SSLContext client(@Nullable String name) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(certificates.certificate("ca").toFile());
    if (name != null) {
      builder.keyManager(certificates.certificate(name).toFile(), certificates.key(name).toFile());
    }
    return ((JdkSslContext) builder.build()).context();
  }

  private static String user(TestDoor door, @Nullable String name) throws Exception {
    try (HttpClient http = HttpClient.newBuilder().sslContext(client(name)).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("https://localhost:" + door.adapter().port() + "/graphql"))
              .timeout(HttpCalls.LIMIT)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"query\":\"{ me { user } }\"}"))
              .build();
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return HttpCalls.json(response).at("/data/me/user").asText("none");
    }
  }

  @Test
  void clients_are_served_over_tls() throws Exception {
    try (TestDoor door = door(certificates.server())) {
      assertThat(user(door, null)).isEmpty();
      assertThat(user(door, "alice")).isEmpty();
    }
  }

  @Test
  void a_client_may_show_a_certificate_of_the_authority_and_no_other() throws Exception {
    try (TestDoor door = door(certificates.serverThatAsks())) {
      assertThat(user(door, "alice")).contains("CN=alice");
      assertThat(user(door, null)).isEmpty();
      assertThat(user(door, "mallory")).doesNotContain("mallory");
    }
  }

  /** A page of another site could have it sent, and learn a secret from the sizes (BREACH). */
  @Test
  void what_a_client_gets_by_its_certificate_is_not_compressed() throws Exception {
    try (TestDoor door = door(certificates.serverThatAsks())) {
      assertThat(encoding(door, null)).isEqualTo("gzip");
      assertThat(encoding(door, "alice")).isEqualTo("none");
    }
  }

  private static String encoding(TestDoor door, @Nullable String name) throws Exception {
    try (HttpClient http = HttpClient.newBuilder().sslContext(client(name)).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("https://localhost:" + door.adapter().port() + "/graphql/ui.js"))
              .timeout(HttpCalls.LIMIT)
              .header("Accept-Encoding", "gzip")
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding())
          .headers()
          .firstValue("Content-Encoding")
          .orElse("none");
    }
  }

  @Test
  void a_handshake_that_stands_still_is_ended() throws Exception {
    try (TestDoor door = door(certificates.server());
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.adapter().port())) {
      socket.setSoTimeout((int) HttpCalls.LIMIT.toMillis());
      byte[] alert = socket.getInputStream().readAllBytes();
      assertThat(alert).hasSizeLessThan(16);
    }
  }

  @Test
  void a_handshake_that_trickles_is_ended() throws Exception {
    try (TestDoor door = door(certificates.server());
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.adapter().port())) {
      socket.setSoTimeout((int) HttpCalls.LIMIT.toMillis());
      Thread trickle =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  // A record of 16 KiB, byte by byte.
                  socket.getOutputStream().write(new byte[] {22, 3, 1, 64, 0, 1});
                  while (!socket.isClosed()) {
                    socket.getOutputStream().write(0);
                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                  }
                } catch (IOException closedByServer) {
                  // That is what is waited for.
                }
              });
      assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(16);
      trickle.join();
    } catch (java.net.SocketException reset) {
      // An end too.
    }
  }

  @Test
  void http_2_is_agreed_on_and_carries_a_stream_beside_requests() throws Exception {
    HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(client(null)).build();
    try (TestDoor door = door(certificates.server())) {
      URI uri = URI.create("https://localhost:" + door.adapter().port() + "/graphql");
      HttpResponse<Stream<String>> stream =
          http.send(
              HttpCalls.post(
                      URI.create(uri + "/stream"),
                      HttpCalls.body(
                          "subscription { messages(channel: \"h\") { data } }", Map.of()))
                  .header("Accept", "text/event-stream")
                  .build(),
              HttpResponse.BodyHandlers.ofLines());
      assertThat(stream.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(stream.statusCode()).isEqualTo(200);
      Waiting.until("it is subscribed", () -> door.gauge("polyhub.subscriptions") == 1);
      String large = "x".repeat(30_000);
      HttpResponse<String> published =
          http.send(
              HttpCalls.post(
                      uri,
                      HttpCalls.body(
                          "mutation($d: JSON) { publish(channel: \"h\", data: $d) { guarantee } }",
                          Map.of("d", large)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(published.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(published.body()).contains("AT_LEAST_ONCE");
      assertThat(stream.body().filter(line -> line.startsWith("data: {")).findFirst().orElse(""))
          .contains(large);
      HttpResponse<String> head =
          http.send(
              HttpCalls.request(uri).method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(head.statusCode()).isEqualTo(400);
      assertThat(head.body()).isEmpty();
    } finally {
      http.shutdownNow();
    }
  }

  @Test
  void plain_http_is_not_served_on_a_tls_port() throws Exception {
    try (TestDoor door = door(certificates.server())) {
      assertThatThrownBy(
              () -> HttpCalls.send(HttpCalls.post(door.http(), "{\"query\":\"{ __typename }\"}")))
          .isInstanceOf(java.io.UncheckedIOException.class);
      assertThat(user(door, null)).isEmpty();
    }
  }

  @Test
  void files_that_cannot_be_used_are_named() {
    TlsFiles files =
        new TlsFiles(certificates.key("server"), certificates.certificate("server"), null);
    assertThatThrownBy(() -> door(files))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(files.certificateChain() + ": found no certificate");
  }
}
