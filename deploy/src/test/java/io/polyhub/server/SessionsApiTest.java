package io.polyhub.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators do with sessions by the admin port, with real clients and a real server. */
final class SessionsApiTest {

  private static final String SECRET = "a secret of the tests that is long enough";

  private static Server server;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    Logs.quiet(System.err);
    String yaml = ServerTest.ANYWHERE + "auth: {jwt: {secrets: [\"" + SECRET + "\"]}}\n";
    server = Server.start(LoadedConfig.parse(yaml).config());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A client of the WebSocket door; hears lines, and the close as {@code CODE REASON}. */
  private static final class Client implements WebSocket.Listener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();
    private String session = "";
    private @Nullable WebSocket socket;

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        part.toString().lines().filter(line -> !line.equals("{}")).forEach(heard::add);
        part.setLength(0);
      }
      socket.request(1);
      return java.util.concurrent.CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      heard.add(code + " " + reason);
      return java.util.concurrent.CompletableFuture.completedStage(null);
    }

    void send(String line) {
      var _ = Objects.requireNonNull(socket).sendText(line, true);
    }

    String next() throws InterruptedException {
      String line = heard.poll(20, TimeUnit.SECONDS);
      assertThat(line).isNotNull();
      return line;
    }
  }

  private static String token(String user) {
    Instant issued = Instant.now().minusSeconds(5);
    return TokenIssuer.ofSecret(SECRET).issue(TokenClaims.of(user).withIssuedAt(issued));
  }

  private Client open(String user, String token) throws Exception {
    return open(server, user, token);
  }

  private Client open(Server server, String user) throws Exception {
    return open(server, user, token(user));
  }

  private Client open(Server server, String user, String token) throws Exception {
    Client client = new Client();
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + server.port("websocket") + "/connection/websocket"),
                client)
            .get(20, TimeUnit.SECONDS);
    client.socket = socket;
    var _ = socket.sendText("{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}", true);
    String reply = client.next();
    int start = reply.indexOf("\"client\":\"") + 10;
    client.session = start < 10 ? reply : reply.substring(start, reply.indexOf('"', start));
    assertThat(user).isNotEmpty();
    return client;
  }

  private Client open(String user) throws Exception {
    return open(user, token(user));
  }

  private HttpResponse<String> post(String action, String body, String... headers)
      throws Exception {
    return post(server, action, body, headers);
  }

  private HttpResponse<String> post(Server server, String action, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port("admin") + "/sessions/" + action))
            .timeout(Duration.ofSeconds(20))
            .POST(BodyPublishers.ofString(body))
            .headers(headers);
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private String json(String action, String body) throws Exception {
    return json(server, action, body);
  }

  private String json(Server server, String action, String body) throws Exception {
    HttpResponse<String> response = post(server, action, body, "Content-Type", "application/json");
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    return response.statusCode() + " " + response.body();
  }

  private static String done(int sessions, int ended, int sent) {
    return "200 {\"sessions\":"
        + sessions
        + ",\"ended\":"
        + ended
        + ",\"asked\":0,\"sent\":"
        + sent
        + ",\"busy\":0,\"notPossible\":0,\"everywhere\":true}";
  }

  @Test
  void a_message_reaches_a_session_and_all_of_a_user() throws Exception {
    Client one = open("mia");
    Client two = open("mia");
    assertThat(json("message", "{\"session\":\"" + one.session + "\",\"data\":{\"a\":[1,null]}}"))
        .isEqualTo(done(1, 0, 1));
    assertThat(one.next()).isEqualTo("{\"push\":{\"message\":{\"data\":{\"a\":[1,null]}}}}");
    assertThat(json("message", "{\"user\":\"mia\",\"base64\":\"InRleHQi\"}"))
        .isEqualTo(done(2, 0, 2));
    assertThat(two.next()).isEqualTo("{\"push\":{\"message\":{\"data\":\"text\"}}}");
    assertThat(json("message", "{\"user\":\"nobody\",\"data\":1}")).isEqualTo(done(0, 0, 0));
  }

  @Test
  void sessions_are_disconnected_with_or_without_an_invitation_to_come_back() throws Exception {
    Client one = open("dan");
    Client two = open("dan");
    assertThat(json("disconnect", "{\"session\":\"" + one.session + "\",\"reconnect\":true}"))
        .isEqualTo(done(1, 1, 0));
    assertThat(one.next()).isEqualTo("3011 force reconnect");
    assertThat(json("disconnect", "{\"user\":\"dan\"}")).isEqualTo(done(1, 1, 0));
    assertThat(two.next()).isEqualTo("3503 force disconnect");
    Client three = open("dan");
    assertThat(json("refresh", "{\"user\":\"dan\"}")).isEqualTo(done(1, 1, 0));
    assertThat(three.next()).isEqualTo("3005 connection expired");
  }

  @Test
  void who_is_revoked_comes_in_again_only_after_being_restored() throws Exception {
    String token = token("rex");
    Client before = open("rex", token);
    assertThat(json("revoke", "{\"user\":\"rex\"}")).isEqualTo(done(1, 1, 0));
    assertThat(before.next()).isEqualTo("3503 force disconnect");
    Client refused = open("rex", token);
    assertThat(refused.session).startsWith("3500 ");
    assertThat(json("restore", "{\"user\":\"rex\"}")).isEqualTo(done(0, 0, 0));
    open("rex", token);
    assertThat(json("revoke", "{\"user\":\"rex\",\"issuedBefore\":\"2020-01-01T00:00:00Z\"}"))
        .isEqualTo(done(0, 0, 0));
    open("rex", token);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "disconnect | nothing | not JSON",
        "disconnect | [] | a JSON object is needed",
        "disconnect | {} {} | there is more than one JSON object",
        "disconnect | {} | exactly one of user, session, all, door and subscribersOf is needed",
        "disconnect | {\"user\":\"a\",\"session\":\"b\"} |"
            + " exactly one of user, session, all, door and subscribersOf is needed",
        "message | {\"user\":\"a\",\"all\":true,\"data\":1} |"
            + " exactly one of user, session, all, door and subscribersOf is needed",
        "message | {\"door\":\"mqtt\",\"subscribersOf\":\"b\",\"data\":1} |"
            + " exactly one of user, session, all, door and subscribersOf is needed",
        "disconnect | {\"all\":false} | all: true is needed",
        "disconnect | {\"door\":\"front\"} | door: one of graphql, grpc, http_stream, mqtt, sse,"
            + " uni_http_stream, uni_sse, uni_websocket, websocket is needed",
        "disconnect | {\"subscribersOf\":\"a/#\"} | subscribersOf: a channel's name is needed",
        "revoke | {\"user\":\"a\",\"all\":true} | only user can be named here",
        "restore | {\"session\":\"a\"} | only user can be named here",
        "disconnect | {\"user\":\"\"} | user is missing or empty",
        "disconnect | {\"user\":1} | user: a text is needed",
        "disconnect | {\"user\":\"a\",\"reconnect\":1} | reconnect: true or false is needed",
        "disconnect | {\"user\":\"a\",\"why\":1} | a member is not known",
        "revoke | {} | user is missing or empty",
        "revoke | {\"user\":\"a\",\"issuedBefore\":\"now\"} |"
            + " issuedBefore: a time such as 2026-01-31T12:00:00Z is needed",
        "message | {\"user\":\"a\"} | data or base64 is missing",
        "message | {\"user\":\"a\",\"base64\":\"?\"} | base64: not Base64",
        "message | {\"user\":\"a\",\"data\":1,\"base64\":\"\"} | one of data and base64 is enough"
      })
  void what_is_asked_wrongly_is_told(String action, String body, String expected) throws Exception {
    assertThat(json(action, body)).isEqualTo("400 {\"error\":\"" + expected + "\"}");
  }

  @Test
  void a_broadcast_reaches_all_sessions_those_of_a_door_or_those_that_hear_a_channel()
      throws Exception {
    try (Server own =
            Server.start(
                LoadedConfig.parse(
                        ServerTest.ANYWHERE
                            + "auth: {jwt: {secrets: [\""
                            + SECRET
                            + "\"]}}\n"
                            + "rules: [{name: all, filters: [\"#\"], openTo: [subscribe]}]\n")
                    .config());
        Socket mqtt = new Socket(InetAddress.getLoopbackAddress(), own.port("mqtt"))) {
      Client hears = open(own, "ann");
      Client other = open(own, "bob");
      hears.send("{\"id\":2,\"subscribe\":{\"channel\":\"rooms/+\"}}");
      assertThat(hears.next()).contains("\"subscribe\"");
      mqtt.getOutputStream().write(mqttConnect(token("mia")));
      assertThat(mqtt.getInputStream().readNBytes(4)).containsExactly(0x20, 2, 0, 0);

      assertThat(json(own, "message", "{\"subscribersOf\":\"rooms/1\",\"data\":1}"))
          .isEqualTo(done(1, 0, 1));
      assertThat(json(own, "message", "{\"subscribersOf\":\"rooms/1/2\",\"data\":1}"))
          .isEqualTo(done(0, 0, 0));
      assertThat(json(own, "message", "{\"door\":\"websocket\",\"data\":2}"))
          .isEqualTo(done(2, 0, 2));
      assertThat(json(own, "message", "{\"all\":true,\"data\":3}"))
          .isEqualTo(
              "200 {\"sessions\":3,\"ended\":0,\"asked\":0,\"sent\":2,\"busy\":0,"
                  + "\"notPossible\":1,\"everywhere\":true}");
      for (String text : List.of("1", "2", "3")) {
        assertThat(hears.next()).isEqualTo("{\"push\":{\"message\":{\"data\":" + text + "}}}");
      }
      assertThat(other.next()).isEqualTo("{\"push\":{\"message\":{\"data\":2}}}");

      assertThat(json(own, "disconnect", "{\"door\":\"mqtt\",\"reconnect\":true}"))
          .isEqualTo(done(1, 1, 0));
      assertThat(mqtt.getInputStream().read()).isEqualTo(-1);
      assertThat(json(own, "disconnect", "{\"all\":true}")).isEqualTo(done(2, 2, 0));
      assertThat(hears.next()).isEqualTo("3503 force disconnect");
    }
  }

  /** CONNECT of MQTT 3.1.1 with a token as password. */
  private static byte[] mqttConnect(String token) {
    byte[] password = token.getBytes(UTF_8);
    int length = 10 + 2 + 3 + 2 + password.length;
    ByteBuffer packet = ByteBuffer.allocate(length + 3);
    packet.put((byte) 0x10).put((byte) (0x80 | length % 128)).put((byte) (length / 128));
    packet.putShort((short) 4).put("MQTT".getBytes(UTF_8)).put((byte) 4).put((byte) 0xC2);
    packet.putShort((short) 60).putShort((short) 0);
    packet.putShort((short) 1).put((byte) 'u');
    packet.putShort((short) password.length).put(password);
    return packet.array();
  }

  @Test
  void a_message_has_a_largest_size() throws Exception {
    String large = "\"" + "x".repeat(64 * 1024) + "\"";
    assertThat(json("message", "{\"user\":\"a\",\"data\":" + large + "}"))
        .isEqualTo("413 {\"error\":\"message too large\"}");
    assertThat(post("message", "x".repeat(200 * 1024), "Content-Type", "application/json"))
        .satisfies(response -> assertThat(response.statusCode()).isEqualTo(413));
  }

  @Test
  void web_pages_cannot_do_any_of_it() throws Exception {
    String body = "{\"user\":\"a\"}";
    HttpResponse<String> plain = post("disconnect", body, "Content-Type", "text/plain");
    assertThat(plain.statusCode()).isEqualTo(415);
    HttpResponse<String> page =
        post("disconnect", body, "Content-Type", "application/json", "Origin", "http://localhost");
    assertThat(page.statusCode()).isEqualTo(403);
    assertThat(page.body()).isEqualTo("{\"error\":\"not for web pages\"}");
  }
}
