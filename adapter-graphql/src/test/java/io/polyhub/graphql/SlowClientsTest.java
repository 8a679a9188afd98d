package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that do not read, or do not write, are bounded and felt by no other. */
final class SlowClientsTest {

  private static final int MESSAGES = 1500;
  private static final String FILLER = "x".repeat(8_000);

  private static final String POST =
      lines("POST /graphql HTTP/1.1", "Host: localhost", "Content-Type: application/json", "");

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    TestConfig config = TestConfig.standard();
    config.streamQueue = 16;
    config.keepAlive = Duration.ofMillis(200);
    config.requestTimeout = Duration.ofSeconds(2);
    config.http = TestConfig.bounds(1000, 1000, Duration.ofSeconds(1));
    door = TestDoor.open(config.build());
  }

  @AfterEach
  void close() {
    door.close();
  }

  private void publish(String channel, int n) {
    JsonNode answer =
        HttpCalls.run(
            door.http(),
            "mutation($c: String!, $d: JSON) { publish(channel: $c, data: $d) { cursor } }",
            Map.of("c", channel, "d", Map.of("n", n, "name", channel + " " + n, "filler", FILLER)));
    assertThat(answer.at("/data/publish/cursor").isTextual()).describedAs("%s", answer).isTrue();
  }

  private Socket raw() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door.adapter().port()));
    socket.setSoTimeout((int) HttpCalls.LIMIT.toMillis());
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static String stream(String channel) {
    String body =
        HttpCalls.body(
            "subscription($c: String!) { messages(channel: $c) { data cursor } }",
            Map.of("c", channel));
    return lines(
        "POST /graphql/stream HTTP/1.1",
        "Host: localhost",
        "Accept: text/event-stream",
        "Content-Type: application/json",
        "Content-Length: " + body.length(),
        "",
        body);
  }

  /** Lines as HTTP ends them, the last one open. */
  private static String lines(String... lines) {
    return String.join("\r\n", lines);
  }

  /** Reads lines until one holds the text. */
  private static void readTo(BufferedReader in, String text) throws IOException {
    String line = in.readLine();
    while (line != null && !line.contains(text)) {
      line = in.readLine();
    }
    assertThat(line).describedAs("a line with " + text).isNotNull();
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  @Test
  void a_stream_that_is_read_late_misses_nothing_and_holds_up_nobody() throws IOException {
    try (Socket late = raw()) {
      write(late, stream("late"));
      BufferedReader lines = reader(late);
      readTo(lines, ":");
      EventStreamClient other =
          EventStreamClient.open(
              HttpCalls.post(
                  door.stream(),
                  HttpCalls.body(
                      "subscription { messages(channel: \"late\") { data } }", Map.of())));
      other.nextComment();
      Waiting.until("both are subscribed", () -> door.gauge("polyhub.subscriptions") == 2);

      for (int n = 0; n < MESSAGES; n++) {
        publish("late", n);
        assertThat(other.nextResult().at("/data/messages/data/n").asInt()).isEqualTo(n);
      }

      for (int n = 0; n < MESSAGES; n++) {
        readTo(lines, "\"late " + n + "\"");
      }
      other.close();
    }
  }

  @Test
  void a_stream_that_is_not_read_is_ended_where_the_rule_says_so() throws IOException {
    try (Socket stuck = raw()) {
      write(stuck, stream("slow/disconnect/a"));
      readTo(reader(stuck), ":");
      Waiting.until("it is subscribed", () -> door.gauge("polyhub.subscriptions") == 1);

      for (int n = 0; n < MESSAGES; n++) {
        publish("slow/disconnect/a", n);
      }

      Waiting.until("the session ends", () -> door.gauge("polyhub.subscriptions") == 0);
      Waiting.until("the writer ends", () -> door.gauge("polyhub.graphql.connections") == 0);
    }
  }

  @Test
  void a_websocket_that_is_read_late_misses_nothing() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (LateWebSocket late = LateWebSocket.open(door.webSocket())) {
      late.send("{\"type\":\"connection_init\"}");
      late.send(
          "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":"
              + "{\"query\":\"subscription { messages(channel: \\\"lw\\\") { data } }\"}}");
      Waiting.until("it is subscribed", () -> door.gauge("polyhub.subscriptions") == 1);
      for (int n = 0; n < MESSAGES; n++) {
        publish("lw", n);
      }
      assertThat(HttpCalls.JSON.readTree(late.read()).path("type").asText())
          .isEqualTo("connection_ack");
      for (int n = 0; n < MESSAGES; n++) {
        numbers.add(
            HttpCalls.JSON.readTree(late.read()).at("/payload/data/messages/data/n").asInt());
      }
    }
    assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSize(MESSAGES);
  }

  @Test
  void half_requests_are_ended() throws IOException {
    List<String> halves =
        List.of(
            "",
            "POST /gra",
            lines("POST /graphql HTTP/1.1", "Host: localhost", "Content-Ty"),
            POST + lines("Content-Length: 1000", "", "{\"query\":"));
    for (String half : halves) {
      try (Socket socket = raw()) {
        write(socket, half);
        assertThat(drain(socket)).describedAs(half).doesNotContain("Exception", "java.");
      }
    }
  }

  @Test
  void a_body_that_trickles_is_ended() throws Exception {
    try (Socket socket = raw()) {
      write(socket, POST + lines("Content-Length: 1000000", "", ""));
      Thread trickle =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (!socket.isClosed()) {
                    write(socket, " ");
                    java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                  }
                } catch (IOException closedByServer) {
                  // That is what is waited for.
                }
              });
      drain(socket);
      trickle.join();
    }
  }

  @Test
  void garbage_is_refused_without_internals() throws IOException {
    List<String> garbage =
        List.of(
            lines("\u0000\u0001\u0002", "", ""),
            lines("GET / HTTP/9.9", "", ""),
            lines("GET /graphql HTTP/1.1", "", ""),
            lines("GET /graphql HTTP/1.1", "Host: a b", "", ""),
            lines("GET /graphql?query=%zz HTTP/1.1", "Host: localhost", "", ""),
            POST + lines("Content-Length: -5", "", ""),
            POST + lines("Transfer-Encoding: chunked", "", "zz", ""),
            lines("GET /graphql HTTP/1.1", "Host: localhost", "X: " + "x".repeat(20_000), "", ""),
            lines("PRI * HTTP/2.0", "", "SM", "", ""),
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003");
    for (String request : garbage) {
      try (Socket socket = raw()) {
        write(socket, request);
        String answer = drain(socket);
        assertThat(answer).describedAs(request).doesNotContain("Exception", "java.", " at io.");
        // The preface of HTTP/2 is answered in HTTP/2.
        if (!answer.isEmpty() && !request.startsWith("PRI ")) {
          assertThat(answer).startsWith("HTTP/1.1 ");
          assertThat(Integer.parseInt(answer.substring(9, 12))).isBetween(400, 505);
        }
      }
    }
    assertThat(
            HttpCalls.run(door.http(), "{ __typename }", Map.of()).at("/data/__typename").asText())
        .isEqualTo("Query");
  }

  /** Reads all until the server ends the connection. */
  private static String drain(Socket socket) throws IOException {
    StringBuilder read = new StringBuilder();
    try {
      for (int c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
        read.append((char) c);
      }
    } catch (java.net.SocketException reset) {
      // An end too.
    }
    return read.toString();
  }
}
