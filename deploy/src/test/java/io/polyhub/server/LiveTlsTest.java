package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import io.polyhub.files.CertifiedKey;
import io.polyhub.files.PemFile;
import io.polyhub.identity.TestCertificates;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.CloseReason;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and revocation lists that are replaced under open connections, on every door. */
final class LiveTlsTest {

  static {
    Logs.quiet(System.err);
  }

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String[] DOORS = {"websocket", "http", "mqtts", "grpc"};

  @TempDir private static Path made;
  private static TestCertificates all = new TestCertificates(Path.of("."));

  @TempDir private Path folder;
  private TestCertificates certificates = new TestCertificates(Path.of("."));

  @BeforeAll
  static void make_certificates() throws Exception {
    all = TestCertificates.create(made);
    all.issue("second", "CN=localhost,O=Second");
    var _ = all.writeList();
  }

  @BeforeEach
  void copy_certificates() throws Exception {
    certificates = all.copyTo(folder);
  }

  private Server serve() throws Exception {
    String tls =
        "tls: {enabled: true, clientAuthorities: '%s', crlFiles: ['%s']}"
            .formatted(certificates.certificate("ca"), certificates.list());
    return Server.start(
        LoadedConfig.parse(
                """
                tls: {certificateChain: '%s', privateKey: '%s'}
                auth:
                  certificates: {enabled: true, grants: [{filters: ["#"], verbs: [subscribe]}]}
                websocket: {port: 0, TLS}
                http: {port: 0, TLS}
                mqtt: {port: 0, tlsPort: 0, TLS}
                grpc: {port: 0, TLS}
                admin: {enabled: false}
                broker: {inMemory: true}
                shutdown: {drain: 0s}
                """
                    .formatted(certificates.certificate("server"), certificates.key("server"))
                    .replace("TLS", tls))
            .config());
  }

  private SSLContext client(@Nullable String name) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        name == null ? null : own(name).managers(),
        CertifiedKey.trusting(PemFile.certificates(certificates.certificate("ca"))),
        null);
    return context;
  }

  private CertifiedKey own(String name) throws IOException {
    return CertifiedKey.load(certificates.certificate(name), certificates.key(name), Instant.now());
  }

  private SSLSocket open(Server server, String door, SSLContext client) throws Exception {
    SSLSocket socket =
        (SSLSocket) client.getSocketFactory().createSocket("localhost", server.port(door));
    socket.setSoTimeout((int) LIMIT.toMillis());
    if (door.equals("grpc")) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
    }
    socket.startHandshake();
    return socket;
  }

  private static String shown(SSLSocket socket) throws Exception {
    return socket.getSession().getPeerPrincipal().getName();
  }

  /** Asks something in the door's protocol, and waits for the answer. */
  private static void speak(String door, SSLSocket socket) throws Exception {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    switch (door) {
      case "mqtts" -> {
        // CONNECT, MQTT 3.1.1, clean session, client id "a".
        send(socket, "100D 0004 4D515454 04 02 003C 0001 61");
        assertThat(in.readUnsignedByte()).isEqualTo(0x20);
      }
      case "grpc" -> {
        socket
            .getOutputStream()
            .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // SETTINGS, then PING (RFC 9113 section 6.7).
        send(socket, "000000 04 00 00000000 000008 06 00 00000000 0102030405060708");
        int type = -1;
        while (type != 6) {
          int length = (in.readUnsignedShort() << 8) | in.readUnsignedByte();
          type = in.readUnsignedByte();
          in.skipNBytes(5L + length);
        }
      }
      default -> {
        socket
            .getOutputStream()
            .write(
                "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(in.readUnsignedByte()).isEqualTo('H');
      }
    }
  }

  private static void send(SSLSocket socket, String hex) throws IOException {
    socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  @Test
  void a_replaced_certificate_is_shown_by_every_door_and_no_connection_is_dropped()
      throws Exception {
    Map<String, SSLSocket> before = new LinkedHashMap<>();
    try (Server server = serve()) {
      for (String door : DOORS) {
        SSLSocket socket = open(server, door, client(null));
        before.put(door, socket);
        assertThat(shown(socket)).as(door).isEqualTo("CN=localhost");
      }

      certificates.replace("server", "second");
      assertThat(server.lookAtFiles()).isTrue();

      for (String door : DOORS) {
        try (SSLSocket after = open(server, door, client(null))) {
          assertThat(shown(after)).as(door).isEqualTo("CN=localhost,O=Second");
          speak(door, after);
        }
      }
      for (Map.Entry<String, SSLSocket> open : before.entrySet()) {
        speak(open.getKey(), open.getValue());
      }
    } finally {
      for (SSLSocket socket : before.values()) {
        socket.close();
      }
    }
  }

  @Test
  void a_listed_certificate_ends_its_sessions_on_every_door_and_opens_no_door_again()
      throws Exception {
    SSLContext alice = client("alice");
    try (Server server = serve();
        HttpClient http = HttpClient.newBuilder().sslContext(alice).build();
        SSLSocket mqtt = open(server, "mqtts", alice)) {
      Told webSocket = new Told();
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create(
                      "wss://localhost:" + server.port("websocket") + "/connection/websocket"),
                  webSocket)
              .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      socket.sendText("{\"id\":1,\"connect\":{}}", true).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(webSocket.next()).contains("\"connect\"");
      // CONNECT, MQTT 5.0, clean start, client id "a".
      send(mqtt, "100E 0004 4D515454 05 02 003C 00 0001 61");
      DataInputStream in = new DataInputStream(mqtt.getInputStream());
      assertThat(in.readUnsignedByte()).isEqualTo(0x20);
      int length = in.readUnsignedByte();
      in.readUnsignedByte();
      assertThat(in.readUnsignedByte()).as("reason").isZero();
      in.skipNBytes(length - 2L);
      assertThat(user(http, server)).contains("\"alice\"");
      ManagedChannel channel =
          Grpc.newChannelBuilder(
                  "localhost:" + server.port("grpc"),
                  TlsChannelCredentials.newBuilder()
                      .trustManager(certificates.certificate("ca").toFile())
                      .keyManager(own("alice").managers())
                      .build())
              .build();
      Frames grpc = new Frames();
      StreamObserver<ClientFrame> requests = HubGrpc.newStub(channel).connect(grpc);
      requests.onNext(
          ClientFrame.newBuilder().setId(1).setHello(Hello.getDefaultInstance()).build());
      assertThat(grpc.next().hasWelcome()).isTrue();

      // Nobody tells the server: it has to find out by itself.
      certificates.writeList("alice");

      assertThat(webSocket.next()).isEqualTo("closed 3503");
      assertThat(in.readUnsignedByte()).isEqualTo(0xE0);
      in.readUnsignedByte();
      assertThat(in.readUnsignedByte()).isEqualTo(0x98);
      ServerFrame frame = grpc.next();
      while (!frame.hasGoodbye()) {
        frame = grpc.next();
      }
      assertThat(frame.getGoodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_REVOKED);
      assertThat(user(http, server)).doesNotContain("alice");
      channel.shutdownNow();
      // The first door to look tells the hub, so the sessions of all end; now each has looked.
      assertThat(server.lookAtFiles()).isTrue();
      for (String door : DOORS) {
        assertThat(
                catchThrowable(() -> {
                  try (SSLSocket again = open(server, door, alice)) {
                    speak(door, again);
                  }
                }))
            .as(door)
            .isInstanceOf(IOException.class);
      }
    }
  }

  /** Who the HTTP door takes the client for. */
  private static String user(HttpClient http, Server server) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + server.port("http") + "/graphql"))
            .timeout(LIMIT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"query\":\"{ me { user } }\"}"))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException refused) {
      return "refused";
    }
  }

  /** What a WebSocket is told. */
  private static final class Told implements WebSocket.Listener {

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      if (text.toString().equals("{}")) {
        var _ = socket.sendText("{}", true);
      } else {
        told.add(text.toString());
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      told.add("closed " + code);
      return null;
    }

    String next() throws InterruptedException {
      String next = told.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      return next == null ? "nothing" : next;
    }
  }

  /** What a stream is told. */
  private static final class Frames implements StreamObserver<ServerFrame> {

    private final BlockingQueue<ServerFrame> told = new LinkedBlockingQueue<>();

    @Override
    public void onNext(ServerFrame frame) {
      told.add(frame);
    }

    @Override
    public void onError(Throwable failure) {
      told.add(ServerFrame.getDefaultInstance());
    }

    @Override
    public void onCompleted() {}

    ServerFrame next() throws InterruptedException {
      ServerFrame next = told.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("told nothing");
      }
      return next;
    }
  }
}
