package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.Reach;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Centrifuge protocol where WebSocket cannot pass: http_stream, sse and emulation. */
class CentrifugeStreamTest {

  private static final String CONNECT = "{\"id\":1,\"connect\":{}}";

  private TestDoor door;

  @BeforeEach
  void start() throws IOException {
    door = TestDoor.start(settings -> {});
  }

  @AfterEach
  void stop() {
    door.close();
  }

  /** A client that reads a stream, and sends commands by requests of their own. */
  private final class Streaming implements AutoCloseable {

    private final HttpClient stream = new HttpClient(door.port());
    private final String prefix;
    final HttpClient.Answer opened;
    final String session;
    final String node;

    Streaming(String transport) throws IOException {
      prefix = transport.equals("sse") ? "data: " : "";
      opened =
          transport.equals("sse")
              ? stream.open("GET", "/connection/sse?cf_connect=" + url(CONNECT), "")
              : stream.open("POST", "/connection/http_stream", CONNECT);
      String reply = next();
      assertThat(reply).startsWith("{\"id\":1,\"connect\":{\"client\":\"");
      session = JsonClient.between(reply, "\"session\":\"", "\"");
      node = JsonClient.between(reply, "\"node\":\"", "\"");
    }

    String next() throws IOException {
      String line = stream.next();
      assertThat(line).startsWith(prefix);
      return line.substring(prefix.length());
    }

    int send(String commands) throws IOException {
      return emulate(session, node, commands);
    }

    HttpClient stream() {
      return stream;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  private static String url(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private int emulate(String session, String node, String commands) throws IOException {
    String data = commands.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    String body =
        "{\"session\":\"" + session + "\",\"node\":\"" + node + "\",\"data\":\"" + data + "\"}";
    try (HttpClient client = new HttpClient(door.port())) {
      return client.ask("POST", "/emulation", body, "Content-Type: application/json").status();
    }
  }

  @Test
  void a_client_on_each_transport_subscribes_publishes_and_hears() throws IOException {
    for (String transport : List.of("http_stream", "sse")) {
      try (Streaming client = new Streaming(transport)) {
        assertThat(client.session).matches("[A-Za-z0-9_-]{22}");
        assertThat(client.node).isEqualTo(door.hub().broker().nodes().self());
        assertThat(client.send("{\"id\":2,\"subscribe\":{\"channel\":\"c\"}}")).isEqualTo(204);
        assertThat(client.next()).startsWith("{\"id\":2,\"subscribe\":{");
        assertThat(
                client.send(
                    "{\"id\":3,\"publish\":{\"channel\":\"c\",\"data\":\"grüße\"}}\n"
                        + "{\"id\":4,\"presence_stats\":{\"channel\":\"c\"}}"))
            .isEqualTo(204);
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          heard.add(client.next());
        }
        String greeting = transport.equals("sse") ? "grüße" : "gr\\u00fc\\u00dfe";
        assertThat(heard)
            .anySatisfy(line -> assertThat(line).contains("\"data\":\"" + greeting + "\""))
            .contains("{\"id\":3,\"publish\":{}}")
            .contains("{\"id\":4,\"presence_stats\":{\"num_clients\":1,\"num_users\":1}}");
      }
    }
  }

  @Test
  void answers_are_not_to_be_held_back_or_kept() throws IOException {
    try (Streaming client = new Streaming("sse")) {
      assertThat(client.opened.header("content-type"))
          .isEqualTo("text/event-stream; charset=utf-8");
      assertThat(client.opened.header("cache-control")).contains("no-store");
      assertThat(client.opened.header("x-accel-buffering")).isEqualTo("no");
    }
  }

  @Test
  void a_client_of_the_older_version_gets_its_lines_without_chunks() throws IOException {
    try (HttpClient client = new HttpClient(door.port())) {
      client.send(
          "POST /connection/http_stream HTTP/1.0\r\nHost: localhost\r\nContent-Length: "
              + CONNECT.length()
              + "\r\n\r\n"
              + CONNECT);
      assertThat(client.socket().readHead()).doesNotContainIgnoringCase("transfer-encoding");
      assertThat(client.next()).startsWith("{\"id\":1,\"connect\":{");
    }
  }

  @Test
  void a_stream_speaks_protobuf_where_the_request_does() throws IOException {
    try (HttpClient client = new HttpClient(door.port())) {
      // Command{id=1, connect={}} behind its length.
      HttpClient.Answer opened =
          client.open(
              "POST",
              "/connection/http_stream",
              new String(RawWebSocket.hex("04 08 01 22 00"), StandardCharsets.US_ASCII),
              "Content-Type: application/octet-stream");
      assertThat(opened.status()).isEqualTo(200);
      assertThat(opened.header("content-type")).isEqualTo("application/octet-stream");
    }
  }

  @Test
  void commands_for_nobody_are_told_so() throws IOException {
    try (Streaming client = new Streaming("http_stream")) {
      assertThat(emulate("x".repeat(22), client.node, "{}")).isEqualTo(404);
      assertThat(emulate(client.session, "nobody", "{}")).isEqualTo(404);
    }
    try (HttpClient other = new HttpClient(door.port())) {
      assertThat(other.ask("POST", "/emulation", "{\"data\":{}}").status()).isEqualTo(400);
      assertThat(other.ask("POST", "/emulation", "[]").status()).isEqualTo(400);
      assertThat(other.ask("POST", "/emulation", "").status()).isEqualTo(400);
    }
  }

  @Test
  void a_command_that_is_none_ends_the_stream() throws IOException {
    try (Streaming client = new Streaming("http_stream")) {
      assertThat(client.send("{\"id\":2,\"subscribe\":{\"channel\":\"c\"}}\nnonsense"))
          .isEqualTo(204);
      assertThat(client.next()).startsWith("{\"id\":2,\"subscribe\":{");
      assertThat(client.next())
          .isEqualTo("{\"push\":{\"disconnect\":{\"code\":3501,\"reason\":\"bad request\"}}}");
      assertThat(client.stream().ends()).isTrue();
    }
  }

  @Test
  void a_request_without_commands_is_refused() throws IOException {
    try (HttpClient client = new HttpClient(door.port())) {
      assertThat(client.ask("GET", "/connection/sse", "").status()).isEqualTo(400);
      assertThat(client.ask("POST", "/connection/http_stream", "").status()).isEqualTo(400);
      assertThat(client.ask("GET", "/connection/http_stream", "").status()).isEqualTo(405);
    }
  }

  @Test
  void who_is_sent_away_is_told_by_a_push_and_the_end() throws IOException {
    try (Streaming client = new Streaming("sse")) {
      var _ = door.hub().hub().reach().disconnect(new Reach.Target.Door("sse"), true);
      assertThat(client.next()).contains("\"disconnect\":{\"code\":3011");
      assertThat(client.stream().ends()).isTrue();
    }
  }

  @Test
  void a_client_that_leaves_is_gone_from_presence_at_once() throws IOException {
    try (Streaming client = new Streaming("http_stream")) {
      client.send("{\"id\":2,\"subscribe\":{\"channel\":\"c\"}}");
      assertThat(client.next()).startsWith("{\"id\":2,\"subscribe\":{");
      door.awaitMetric(1, "polyhub.connections", "door", "http_stream");
      door.awaitMetric(1, "polyhub.websocket.emulated");
    }
    door.awaitMetric(0, "polyhub.connections", "door", "http_stream");
    door.awaitMetric(0, "polyhub.websocket.emulated");
  }

  @Test
  void pings_go_out_and_pongs_come_by_requests() throws IOException {
    door.close();
    door =
        TestDoor.start(settings -> {
          settings.pingInterval = Duration.ofSeconds(1);
          settings.pongTimeout = Duration.ofMillis(500);
        });
    try (Streaming client = new Streaming("http_stream")) {
      for (int i = 0; i < 2; i++) {
        assertThat(client.stream().line()).isEqualTo("{}");
        assertThat(client.send("{}")).isEqualTo(204);
      }
      assertThat(client.stream().line()).isEqualTo("{}");
      assertThat(client.next()).contains("\"code\":3012");
    }
  }

  @Test
  void more_commands_than_may_wait_end_the_connection_and_say_so() throws IOException {
    door.close();
    door = TestDoor.start(settings -> settings.maxWaitingBytes = 1024);
    try (Streaming client = new Streaming("http_stream")) {
      String padding = "x".repeat(2000);
      assertThat(client.send("{\"id\":2,\"publish\":{\"channel\":\"" + padding + "\"}}"))
          .isEqualTo(429);
      assertThat(client.next()).contains("\"code\":3013");
      assertThat(client.stream().ends()).isTrue();
    }
  }

  @Test
  void a_listener_names_its_channels_once_and_hears_bare_pushes() throws IOException {
    String request = "{\"subs\":{\"c\":{}}}";
    try (HttpClient lines = new HttpClient(door.port());
        HttpClient events = new HttpClient(door.port());
        RawWebSocket socket =
            RawWebSocket.open(
                door.port(), "/connection/uni_websocket?cf_connect=" + url(request))) {
      lines.open("POST", "/connection/uni_http_stream", request);
      events.open("GET", "/connection/uni_sse?cf_connect=" + url(request), "");
      assertThat(lines.next()).startsWith("{\"connect\":{\"client\":\"").contains("\"c\":{");
      assertThat(events.next()).isEqualTo("retry: 2000");
      assertThat(events.next()).startsWith("data: {\"connect\":{");
      assertThat(socket.read().text()).startsWith("{\"connect\":{");
      try (JsonClient publisher = JsonClient.connected(door.port())) {
        publisher.ask("{\"id\":2,\"publish\":{\"channel\":\"c\",\"data\":{\"a\":1}}}");
      }
      assertThat(lines.next()).startsWith("{\"channel\":\"c\",\"pub\":{\"data\":{\"a\":1}");
      assertThat(socket.read().text()).startsWith("{\"channel\":\"c\",\"pub\":{\"data\":{\"a\":1}");
    }
  }

  @Test
  void an_event_source_comes_back_by_itself_and_misses_nothing() throws IOException {
    String target =
        "/connection/uni_sse?cf_connect=" + url("{\"subs\":{\"log/a\":{},\"log/b\":{}}}");
    String last;
    try (JsonClient publisher = JsonClient.connected(door.port());
        HttpClient first = new HttpClient(door.port())) {
      first.open("GET", target, "");
      first.next();
      assertThat(first.next()).contains("\"connect\"");
      publisher.ask("{\"id\":2,\"publish\":{\"channel\":\"log/a\",\"data\":1}}");
      last = first.next();
      assertThat(last).startsWith("id: ");
      assertThat(first.next()).contains("\"data\":1");
      publisher.ask("{\"id\":3,\"publish\":{\"channel\":\"log/b\",\"data\":2}}");
      last = first.next();
      assertThat(first.next()).contains("\"data\":2");
      publisher.ask("{\"id\":4,\"publish\":{\"channel\":\"log/a\",\"data\":3}}");
      publisher.ask("{\"id\":5,\"publish\":{\"channel\":\"log/b\",\"data\":4}}");
    }
    try (HttpClient second = new HttpClient(door.port())) {
      second.open("GET", target, "", "Last-Event-ID: " + last.substring(4));
      second.next();
      assertThat(second.next()).contains("\"recovered\":true");
      List<String> heard = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        heard.add(second.next());
      }
      assertThat(heard)
          .anySatisfy(line -> assertThat(line).contains("\"data\":3"))
          .anySatisfy(line -> assertThat(line).contains("\"data\":4"))
          .noneSatisfy(line -> assertThat(line).contains("\"data\":1"));
    }
  }

  @Test
  void a_listener_that_asks_for_what_it_may_not_have_is_sent_away() throws IOException {
    try (HttpClient lines = new HttpClient(door.port())) {
      lines.open("POST", "/connection/uni_http_stream", "{\"subs\":{\"$other/x\":{}}}");
      assertThat(lines.next()).startsWith("{\"disconnect\":{\"code\":3");
      assertThat(lines.ends()).isTrue();
    }
    try (HttpClient lines = new HttpClient(door.port())) {
      assertThat(lines.ask("POST", "/connection/uni_http_stream", "[]").status()).isEqualTo(400);
    }
    try (HttpClient lines = new HttpClient(door.port())) {
      lines.open("POST", "/connection/uni_http_stream", "null");
      assertThat(lines.next()).startsWith("{\"connect\":{");
    }
  }
}
