package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening a WebSocket (RFC 6455 section 4), and what else may come to a listening port. */
class HandshakeTest {

  private static final String END = "\r\n\r\n";
  private static final String GOOD =
      "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13";

  private final EchoSubprotocol echo = new EchoSubprotocol();
  private TestDoor door;

  @BeforeEach
  void start() throws IOException {
    TestSettings settings = new TestSettings();
    settings.handshakeTimeout = Duration.ofMillis(600);
    settings.maxHeaderBytes = 2048;
    settings.maxConnections = 8;
    door = TestDoor.start(TestHub.start(), settings.config(), List.of(echo));
  }

  @AfterEach
  void stop() {
    door.close();
  }

  private String answer(String request) throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(door.port())) {
      client.send(request);
      String head = client.readHead();
      if (!head.startsWith("HTTP/1.1 101 ")) {
        assertThat(new String(client.input().readAllBytes(), StandardCharsets.US_ASCII))
            .hasSizeLessThan(64);
      }
      return head;
    }
  }

  @Test
  void the_key_is_answered_with_its_digest() throws IOException {
    // The example of RFC 6455 section 1.3.
    assertThat(answer(RawWebSocket.request("/echo")))
        .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
        .containsIgnoringCase("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
        .containsIgnoringCase("\r\nupgrade: websocket\r\n")
        .containsIgnoringCase("\r\nconnection: Upgrade\r\n")
        .doesNotContainIgnoringCase("sec-websocket-protocol")
        .doesNotContainIgnoringCase("sec-websocket-extensions");
  }

  @Test
  void the_first_name_of_the_client_that_is_known_is_agreed_on() throws IOException {
    String request = RawWebSocket.request("/echo", "Sec-WebSocket-Protocol: x, echo , echo-2");
    assertThat(answer(request)).containsIgnoringCase("\r\nsec-websocket-protocol: echo\r\n");
  }

  @Test
  void the_subprotocol_learns_how_it_was_opened() throws Exception {
    try (RawWebSocket client =
        RawWebSocket.open(
            door.port(),
            "/echo?a=%C3%BC&a=2&b",
            "Origin: http://localhost",
            "Authorization: bearer T0")) {
      WebSocketOpening opening = echo.openings.poll(10, TimeUnit.SECONDS);
      assertThat(opening.path()).isEqualTo("/echo");
      assertThat(opening.query()).containsEntry("a", "ü").containsEntry("b", "");
      assertThat(opening.origin()).isEqualTo("http://localhost");
      assertThat(opening.bearerToken()).isEqualTo("T0");
      assertThat(opening.certificate()).isNull();
      assertThat(opening.toString()).doesNotContain("T0");
      assertThat(opening.remoteAddress()).isEqualTo(client.socket().getLocalSocketAddress());
    }
  }

  @Test
  void frames_sent_right_behind_the_request_are_not_lost() throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(door.port())) {
      byte[] frame = RawWebSocket.frame(0x81, new byte[] {'h', 'i'});
      String request = RawWebSocket.request("/echo");
      byte[] both = new byte[request.length() + frame.length];
      System.arraycopy(request.getBytes(StandardCharsets.US_ASCII), 0, both, 0, request.length());
      System.arraycopy(frame, 0, both, request.length(), frame.length);
      client.send(both);
      client.readHead();
      assertThat(client.read().text()).isEqualTo("hi");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what is replaced | by what | status
        "GET /echo           | GET /nowhere             | 404",
        "GET /echo           | GET /echo/               | 404",
        "GET /echo           | GET /%                   | 400",
        "GET /echo           | POST /echo               | 405",
        "GET /echo           | OPTIONS /echo            | 405",
        "HTTP/1.1            | HTTP/1.0                 | 400",
        "HTTP/1.1            | HTTP/9.9                 | 400",
        "Host: localhost     | X: y                     | 400",
        "Host: localhost     | Host: a%Host: b          | 400",
        "Upgrade: websocket  | X: y                     | 426",
        "Upgrade: websocket  | Upgrade: h2c             | 426",
        "Connection: Upgrade | Connection: keep-alive   | 426",
        "Version: 13         | Version: 8               | 426",
        "Version: 13         | Version: 13, 8           | 426",
        "Sec-WebSocket-Version: 13 | X: y               | 426",
        "dGhlIHNhbXBsZSBub25jZQ== | c2hvcnQ=            | 400",
        "dGhlIHNhbXBsZSBub25jZQ== | dGhlIHNhbXBsZSBub25jZQ==%Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | 400",
        "dGhlIHNhbXBsZSBub25jZQ== | !!!!!!!!!!!!!!!!!!!!!!!! | 400",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | X: y | 400",
        "Host: localhost     | Host: localhost%Content-Length: 3 | 400",
        "Host: localhost     | Host: localhost%Transfer-Encoding: chunked | 400",
        "Host: localhost     | Host: localhost%Origin: http://evil.example | 403",
        "Host: localhost     | Host: localhost%Origin: null | 403",
        "Host: localhost     | Host: localhost:80%Origin: http://localhost:81 | 403",
        "Host: localhost     | Host: localhost%Origin: http://localhost.evil:80 | 403",
        "Host: localhost     | Host: localhost%Transfer-Encoding: xchunked | 400",
        "Host: localhost     | Host: localhost%Transfer-Encoding: identity | 400",
        "Host: localhost     | Host: localhost%Content-Length: x | 400",
        "Host: localhost     | Host: localhost%Content-Length: 0%Content-Length: 0 | 400",
        "Host: localhost     | Host: evil.example | 421",
        "Host: localhost     | Host: localhost.evil.example:8000 | 421",
        "Host: localhost     | Host: 127.0.0.1.evil.example | 421",
        "Host: localhost     | Host: evil.example%Origin: http://evil.example | 421",
        "Host: localhost     | Host: localhost% Folded: x | 400",
        "Host: localhost     | Host localhost           | 400",
      })
  void a_request_that_opens_no_websocket_is_refused(String what, String by, int status)
      throws IOException {
    String request = "GET /echo HTTP/1.1\r\n" + GOOD + END;
    assertThat(request).contains(what);

    String answer =
        answer(request.replace(what, by.replace("%", what.contains("/echo") ? "%" : "\r\n")));

    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer).containsIgnoringCase("\r\nconnection: close\r\n");
    if (status == 426 && what.contains("Version")) {
      assertThat(answer).containsIgnoringCase("\r\nsec-websocket-version: 13\r\n");
    }
    if (status == 405) {
      assertThat(answer).containsIgnoringCase("\r\nallow: GET\r\n");
    }
    door.awaitMetric(1, "polyhub.websocket.handshakes.refused", "status", "" + status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8000", "LOCALHOST", "127.0.0.1:1", "127.1.2.3", "[::1]:8000"})
  void the_machines_own_names_are_answered_to(String host) throws IOException {
    assertThat(answer("GET /echo HTTP/1.1\r\n" + GOOD.replace("localhost", host) + END))
        .startsWith("HTTP/1.1 101 ");
  }

  @Test
  void further_names_and_sites_are_let_in_by_their_keys() throws IOException {
    TestSettings settings = new TestSettings();
    settings.allowedHosts = List.of("hub.example");
    settings.allowedOrigins = List.of("http://localhost:5173");
    String request =
        "GET /echo HTTP/1.1\r\n" + GOOD.replace("Host: localhost", "Host: hub.Example:443") + END;
    try (TestDoor named = TestDoor.start(TestHub.start(), settings.config(), List.of(echo));
        RawWebSocket client = RawWebSocket.connect(named.port());
        RawWebSocket page = RawWebSocket.connect(named.port())) {
      client.send(request);
      assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
      page.send(request.replace("Upgrade: w", "Origin: http://localhost:5173\r\nUpgrade: w"));
      assertThat(page.readHead()).startsWith("HTTP/1.1 101 ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/echo, http://localhost:8080, 101",
    "/echo, https://localhost:8080, 101",
    "/echo, http://localhost:8081, 403",
    "/echo, http://evil.example:8080, 403",
    "/connection/websocket, http://localhost:8080, 403",
  })
  void the_page_of_our_own_port_is_let_in_on_the_path_that_it_opens(
      String path, String origin, int status) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\n" + GOOD + "\r\nOrigin: " + origin + END;
    String withPort = request.replace("Host: localhost", "Host: localhost:8000");
    assertThat(answer(withPort)).startsWith("HTTP/1.1 " + status + " ");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, text/html, text/html; charset=utf-8",
    "GET, */*, application/json",
    "HEAD, */*, application/json",
  })
  void the_root_says_what_is_spoken_here(String method, String accept, String type)
      throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(door.port())) {
      client.send(method + " / HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + END);
      assertThat(client.readHead())
          .startsWith("HTTP/1.1 200 ")
          .containsIgnoringCase("\r\ncontent-type: " + type + "\r\n")
          .containsIgnoringCase("\r\nconnection: close\r\n")
          .contains("default-src 'none'");
      String body = new String(client.input().readAllBytes(), StandardCharsets.US_ASCII);
      if (method.equals("HEAD")) {
        assertThat(body).isEmpty();
      } else {
        assertThat(body).contains("/connection/websocket", "/echo", "an echo");
      }
    }
  }

  @Test
  void the_root_takes_nothing() throws IOException {
    assertThat(answer("POST / HTTP/1.1\r\nHost: localhost" + END))
        .startsWith("HTTP/1.1 405 ")
        .containsIgnoringCase("\r\nallow: GET, HEAD\r\n");
  }

  @Test
  void a_request_line_or_headers_that_are_too_long_are_refused() throws IOException {
    assertThat(answer("GET /" + "x".repeat(3000) + " HTTP/1.1\r\n" + GOOD + END))
        .startsWith("HTTP/1.1 414 ");
    assertThat(answer("GET /echo HTTP/1.1\r\nX: " + "x".repeat(3000) + "\r\n" + GOOD + END))
        .startsWith("HTTP/1.1 431 ");
  }

  @Test
  void bytes_that_are_no_request_are_refused() throws IOException {
    assertThat(answer("\u0016\u0003\u0001 garbage" + END)).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void a_slow_handshake_is_ended() throws IOException {
    try (RawWebSocket silent = RawWebSocket.connect(door.port());
        RawWebSocket slow = RawWebSocket.connect(door.port())) {
      slow.send("GET /echo HTTP/1.1\r\nHost: lo");
      silent.awaitEnd();
      slow.awaitEnd();
    }
    door.awaitMetric(2, "polyhub.websocket.handshakes.refused", "status", "408");
  }

  @Test
  void connections_beyond_the_limit_are_closed_at_once() throws IOException {
    RawWebSocket[] open = new RawWebSocket[8];
    for (int i = 0; i < open.length; i++) {
      open[i] = RawWebSocket.open(door.port(), "/echo");
    }
    try (RawWebSocket further = RawWebSocket.connect(door.port())) {
      further.awaitEnd();
    }
    door.awaitMetric(1, "polyhub.websocket.connections.turned.away");

    open[0].close();
    TestDoor.await(() -> door.metric("polyhub.websocket.connections") == 7);
    RawWebSocket.open(door.port(), "/echo").close();
    for (RawWebSocket client : open) {
      client.close();
    }
    TestDoor.await(() -> door.metric("polyhub.websocket.connections") == 0);
  }

  @Test
  void a_door_that_stops_accepting_keeps_who_is_there() throws IOException {
    try (RawWebSocket client = RawWebSocket.open(door.port(), "/echo")) {
      int port = door.port();
      door.adapter().stopAccepting();
      client.sendText("still here");
      assertThat(client.read().text()).isEqualTo("still here");
      assertThat(catchThrowable(() -> RawWebSocket.connect(port))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void two_subprotocols_cannot_share_a_path() {
    assertThat(
            catchThrowable(() ->
                new WebSocketHandshake(
                    List.of(new EchoSubprotocol(), new EchoSubprotocol()),
                    List.of(),
                    WebGate.of("websocket", "127.0.0.1", WebAccess.STANDARD),
                    false)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
