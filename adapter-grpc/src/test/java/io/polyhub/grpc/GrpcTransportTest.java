package io.polyhub.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.SslContextBuilder;
import io.polyhub.files.PemFile;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.CertificateConfig;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.OpenAuthenticator;
import io.polyhub.identity.TestCertificates;
import io.polyhub.identity.TlsFiles;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import io.polyhub.proto.v1.CloseReason;
import io.polyhub.proto.v1.ErrorCode;
import io.polyhub.proto.v1.Goodbye;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.PublishRequest;
import io.polyhub.proto.v1.Subscribe;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, certificates, keepalive, and the ends of connections and of the door. */
class GrpcTransportTest {

  @TempDir private static Path folder;
  private static TestCertificates certificates;

  @BeforeAll
  static void certify() throws Exception {
    certificates = TestCertificates.create(folder);
  }

  @Test
  void over_tls_everything_is_as_without() throws Exception {
    try (TestDoor door = TestDoor.start(GrpcConfig.STANDARD.withTls(certificates.server()))) {
      StreamClient client = stream(door, null);
      client.hello("");
      assertThat(client.next().hasWelcome()).isTrue();
      client.subscribed(Subscribe.newBuilder().setFilter("a").setNoLocal(true));
      client.published("a", "x");
    }
  }

  @Test
  void a_client_without_tls_is_not_served_where_tls_is_on() throws Exception {
    try (TestDoor door = TestDoor.start(GrpcConfig.STANDARD.withTls(certificates.server()))) {
      StreamClient client = door.stream();
      client.hello("");

      assertThat(client.endCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void a_client_is_known_by_its_certificate() throws Exception {
    try (TestDoor door = byCertificate()) {
      StreamClient client = stream(door, "alice");
      client.hello("");

      assertThat(client.next().getWelcome().getUser()).isEqualTo("alice");
      client.published("a", "x");
      client.subscribed(Subscribe.newBuilder().setFilter("p").setNoLocal(true));
    }
  }

  @Test
  void a_token_counts_before_the_certificate() throws Exception {
    try (TestDoor door = byCertificate()) {
      StreamClient client = stream(door, "alice");
      client.hello(TokenIssuer.ofSecret("secret").issue(TokenClaims.of("bob")));
      assertThat(client.next().getWelcome().getUser()).isEqualTo("bob");

      StreamClient forged = stream(door, "alice");
      forged.hello("forged");
      assertThat(forged.next().getError().getCode())
          .isEqualTo(ErrorCode.ERROR_CODE_UNAUTHENTICATED);
      assertThat(forged.endCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
  }

  @Test
  void a_client_without_certificate_and_token_is_refused() throws Exception {
    try (TestDoor door = byCertificate()) {
      StreamClient client = stream(door, null);
      client.hello("");

      assertThat(client.next().getError().getCode())
          .isEqualTo(ErrorCode.ERROR_CODE_UNAUTHENTICATED);
      assertThat(client.endCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
  }

  @Test
  void a_certificate_of_an_unknown_authority_does_not_get_past_the_handshake() throws Exception {
    try (TestDoor door = byCertificate()) {
      SslContextBuilder tls =
          GrpcSslContexts.forClient()
              .trustManager(certificates.certificate("ca").toFile())
              .keyManager(new Insistent());
      StreamClient client = new StreamClient(HubGrpc.newStub(channel(door, tls)), true);

      assertThat(client.endCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(door.hub().hub().sessionCount()).isZero();
    }
  }

  @Test
  void unary_calls_know_the_certificate_too() throws Exception {
    try (TestDoor door = byCertificate()) {
      PublishRequest request =
          PublishRequest.newBuilder().setPublish(Publish.newBuilder().setChannel("a")).build();
      HubGrpc.HubBlockingStub alice =
          HubGrpc.newBlockingStub(channel(door, "alice")).withDeadlineAfter(20, TimeUnit.SECONDS);
      assertThat(alice.publish(request).getPublished().getCursor()).isNotEmpty();

      HubGrpc.HubBlockingStub basic =
          alice.withInterceptors(
              MetadataUtils.newAttachHeadersInterceptor(authorization("Basic YTpi")));
      assertThatThrownBy(() -> basic.publish(request))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("UNAUTHENTICATED");
    }
  }

  @Test
  void a_half_open_connection_is_found_and_its_session_freed() throws Exception {
    Duration soonest = GrpcConfig.Timeouts.MIN_KEEP_ALIVE;
    try (TestDoor door = TestDoor.start(withKeepAlive(soonest, null));
        FreezableProxy proxy = new FreezableProxy(door.port())) {
      StreamClient client = new StreamClient(HubGrpc.newStub(door.channel(proxy.port())), true);
      client.hello("");
      assertThat(client.next().hasWelcome()).isTrue();
      client.subscribed("a");
      StreamClient watcher = door.welcomed();
      watcher.subscribed(Subscribe.newBuilder().setFilter("a").setPresenceEvents(true));
      assertThat(watcher.next().hasJoined()).isTrue();
      assertThat(door.hub().hub().sessionCount()).isEqualTo(2);

      proxy.freeze();

      assertThat(watcher.next().hasLeft()).isTrue();
      TestDoor.await(() -> door.hub().hub().sessionCount() == 1);
      assertThat(client.hasEnded()).as("the client has not heard of it").isFalse();
    }
  }

  @Test
  void a_connection_that_has_grown_old_is_asked_to_go_and_its_calls_are_ended_after_the_grace()
      throws Exception {
    try (TestDoor door =
        TestDoor.start(withKeepAlive(Duration.ofSeconds(30), Duration.ofMillis(300)))) {
      StreamClient client = door.welcomed();

      assertThat(client.endCode()).isEqualTo(Status.Code.UNAVAILABLE);
      TestDoor.await(() -> door.hub().hub().sessionCount() == 0);
    }
  }

  @Test
  void when_the_door_accepts_no_more_live_streams_go_on_and_new_clients_stay_out()
      throws Exception {
    try (TestDoor door = TestDoor.start()) {
      StreamClient live = door.welcomed();
      live.subscribed(Subscribe.newBuilder().setFilter("a").setNoLocal(true));

      door.adapter().stopAccepting();

      StreamClient late = door.stream();
      late.hello("");
      assertThat(late.endCode()).isEqualTo(Status.Code.UNAVAILABLE);
      live.published("a", "still here");
    }
  }

  @Test
  void when_the_door_closes_every_stream_gets_goodbye_with_the_places_to_resume_from()
      throws Exception {
    try (TestDoor door = TestDoor.start()) {
      StreamClient client = door.welcomed();
      StreamClient publisher = door.welcomed();
      StreamClient greeting = door.stream();
      client.subscribed("log");
      client.subscribed("amo/x");
      String cursor = publisher.published("log", "1").getCursor();
      assertThat(client.payload()).isEqualTo("1");

      CompletableFuture<Void> closed = CompletableFuture.runAsync(door.adapter()::close);

      Goodbye goodbye = client.goodbye();
      assertThat(goodbye.getReason()).isEqualTo(CloseReason.CLOSE_REASON_SHUTDOWN);
      assertThat(goodbye.getResumePointsList()).hasSize(1);
      assertThat(goodbye.getResumePoints(0).getFilter()).isEqualTo("log");
      assertThat(goodbye.getResumePoints(0).getCursor()).isEqualTo(cursor);
      assertThat(client.endCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(publisher.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_SHUTDOWN);
      assertThat(greeting.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_SHUTDOWN);
      closed.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void when_the_hub_drains_every_stream_gets_goodbye() throws Exception {
    try (TestDoor door = TestDoor.start()) {
      StreamClient client = door.welcomed();

      door.hub().hub().drain(Duration.ZERO);

      assertThat(client.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_SHUTDOWN);
      assertThat(client.endCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void a_port_that_is_taken_is_told_and_leaves_nothing_behind() throws Exception {
    try (TestDoor door = TestDoor.start();
        TestHub other = TestHub.start()) {
      GrpcConfig same = GrpcConfig.STANDARD.withPort(door.port());
      assertThatThrownBy(
              () -> GrpcAdapter.start(other.hub(), same, new SimpleMeterRegistry()).close())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void settings_out_of_range_are_refused() {
    assertThatThrownBy(() -> GrpcConfig.STANDARD.withPort(70_000))
        .hasMessage("port: 70000 (expected: 0 to 65535)");
    assertThatThrownBy(() -> withKeepAlive(Duration.ZERO, null))
        .hasMessage("keepAlive: PT0S (expected: PT10S or more)");
  }

  private static TestDoor byCertificate() throws Exception {
    IdentityConfig identity =
        new IdentityConfig(
            JwtConfig.ofSecret("secret"),
            new CertificateConfig(
                CertificateConfig.UserFrom.COMMON_NAME, List.of(OpenAuthenticator.EVERYTHING)),
            null);
    TestHub hub =
        TestHub.with()
            .authenticator(
                Gatekeeper.start(identity, InstantSource.system(), new SimpleMeterRegistry()))
            .start();
    TlsFiles files = certificates.serverThatAsks();
    return TestDoor.start(hub, GrpcConfig.STANDARD.withTls(files));
  }

  private static StreamClient stream(TestDoor door, @Nullable String name) throws IOException {
    return new StreamClient(HubGrpc.newStub(channel(door, name)), true);
  }

  /** A connection by TLS, with the certificate of that name if there is one. */
  private static ManagedChannel channel(TestDoor door, @Nullable String name) throws IOException {
    SslContextBuilder tls =
        GrpcSslContexts.forClient().trustManager(certificates.certificate("ca").toFile());
    if (name != null) {
      tls.keyManager(certificates.certificate(name).toFile(), certificates.key(name).toFile());
    }
    return channel(door, tls);
  }

  private static ManagedChannel channel(TestDoor door, SslContextBuilder tls) throws IOException {
    return door.keep(
        NettyChannelBuilder.forAddress("localhost", door.port()).sslContext(tls.build()).build());
  }

  private static io.grpc.Metadata authorization(String value) {
    io.grpc.Metadata metadata = new io.grpc.Metadata();
    metadata.put(
        io.grpc.Metadata.Key.of("authorization", io.grpc.Metadata.ASCII_STRING_MARSHALLER), value);
    return metadata;
  }

  private static GrpcConfig withKeepAlive(Duration keepAlive, @Nullable Duration age) {
    GrpcConfig.Timeouts standard = GrpcConfig.STANDARD.timeouts();
    return GrpcConfig.STANDARD.withTimeouts(
        new GrpcConfig.Timeouts(
            standard.handshake(),
            keepAlive,
            Duration.ofSeconds(1),
            standard.clientKeepAlive(),
            standard.connectionIdle(),
            age,
            Duration.ofMillis(100),
            standard.linger()));
  }

  /** Shows mallory's certificate, whatever authorities the server asks for. */
  private static final class Insistent extends X509ExtendedKeyManager {

    private static final String NAME = "mallory";

    @Override
    public String chooseEngineClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return NAME;
    }

    @Override
    public String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return NAME;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      try {
        return new X509Certificate[] {certificates.read(NAME)};
      } catch (IOException | GeneralSecurityException unreadable) {
        throw new AssertionError(unreadable);
      }
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      try {
        return PemFile.privateKey(certificates.key(NAME));
      } catch (IOException unreadable) {
        throw new AssertionError(unreadable);
      }
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
      return new String[] {NAME};
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }
  }
}
