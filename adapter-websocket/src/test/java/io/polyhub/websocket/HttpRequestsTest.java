package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1 on the WebSocket port: framing, keep-alive, bounds, and clients that leave. */
class HttpRequestsTest {

  private static final int MAX_BODY = 64;
  private static final Charset UTF_8 = StandardCharsets.UTF_8;

  private final CountDownLatch gone = new CountDownLatch(1);
  private final CompletableFuture<HttpCall> parked = new CompletableFuture<>();
  private TestDoor door;

  @BeforeEach
  void start() throws IOException {
    TestSettings settings = new TestSettings();
    settings.handshakeTimeout = Duration.ofMillis(600);
    settings.allowedOrigins = List.of("https://app.example");
    door =
        TestDoor.start(
            TestHub.start(),
            settings.config(),
            List.of(),
            List.of(
                route("/echo", call -> call.reply(text(new String(call.body(), UTF_8)))),
                route("/under/", call -> call.reply(text(call.path()))),
                route("/under/deeper/", call -> call.reply(text("deeper"))),
                route(
                    "/broken",
                    call -> {
                      throw new IllegalStateException("secret");
                    }),
                route(
                    "/parked",
                    call -> {
                      call.onGone(gone::countDown);
                      parked.complete(call);
                    })));
  }

  @AfterEach
  void stop() {
    door.close();
  }

  private interface Answering {
    void accept(HttpCall call);
  }

  private static HttpRoute route(String path, Answering answering) {
    return new HttpRoute() {
      @Override
      public String path() {
        return path;
      }

      @Override
      public String summary() {
        return "a test";
      }

      @Override
      public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
      }

      @Override
      public int maxBodyBytes() {
        return MAX_BODY;
      }

      @Override
      public void accept(HttpCall call) {
        answering.accept(call);
      }
    };
  }

  private static HttpReply text(String text) {
    return new HttpReply(
        HttpResponseStatus.OK, Map.of("Content-Type", "text/plain"), text.getBytes(UTF_8));
  }

  private HttpClient client() throws IOException {
    return new HttpClient(door.port());
  }

  @Test
  void a_connection_serves_one_request_after_the_other() throws IOException {
    try (HttpClient client = client()) {
      for (int i = 0; i < 3; i++) {
        HttpClient.Answer answer = client.ask("POST", "/echo", "körper " + i);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("körper " + i);
      }
      assertThat(client.ask("GET", "/echo", "", "Connection: close").header("connection"))
          .isEqualTo("close");
      client.socket().awaitEnd();
    }
  }

  @Test
  void requests_sent_at_once_are_answered_in_order() throws IOException {
    try (HttpClient client = client()) {
      client.send(
          HttpClient.request("POST", "/echo", "one")
              + HttpClient.request("POST", "/echo", "two")
              + HttpClient.request("GET", "/under/x", ""));
      assertThat(client.answer().body()).isEqualTo("one");
      assertThat(client.answer().body()).isEqualTo("two");
      assertThat(client.answer().body()).isEqualTo("/under/x");
    }
  }

  @Test
  void the_longest_path_wins() throws IOException {
    try (HttpClient client = client()) {
      assertThat(client.ask("GET", "/under/deeper/x", "").body()).isEqualTo("deeper");
      assertThat(client.ask("GET", "/under/deep", "").body()).isEqualTo("/under/deep");
    }
  }

  @Test
  void a_chunked_body_is_put_together() throws IOException {
    try (HttpClient client = client()) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
      assertThat(client.answer().body()).isEqualTo("abcde");
    }
  }

  /** RFC 9112 sections 6 and 7: what two servers could read differently. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /echo HTTP/1.1|Host: localhost|Content-Length: 1|Content-Length: 2||ab",
        "POST /echo HTTP/1.1|Host: localhost|Content-Length: 1|Content-Length: 1||a",
        "POST /echo HTTP/1.1|Host: localhost|Content-Length: +1||a",
        "POST /echo HTTP/1.1|Host: localhost|Content-Length: -1||a",
        "POST /echo HTTP/1.1|Host: localhost|Content-Length: 1|Transfer-Encoding: chunked||1|a|0||",
        "POST /echo HTTP/1.1|Host: localhost|Transfer-Encoding: xchunked||0||",
        "POST /echo HTTP/1.1|Host: localhost|Transfer-Encoding: gzip, chunked||0||",
        "POST /echo HTTP/1.0|Host: localhost|Transfer-Encoding: chunked||0||",
        "POST /echo HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||xx|",
        "POST /echo HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||1|ab|0||",
        "POST /echo HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||ffffffffffffffff|a|0||",
        "GET /echo HTTP/1.1||",
        "GET /echo HTTP/1.1|Host: localhost|Host: localhost||",
        "GET /echo HTTP/1.1|Host : localhost||",
        "GET /echo HTTP/1.1|Host: localhost| folded: x||",
        "GET /echo HTTP/3.7|Host: localhost||",
        "GET  /echo HTTP/1.1|Host: localhost|X||",
      })
  void a_request_that_could_be_read_in_two_ways_is_refused(String request) throws IOException {
    try (HttpClient client = client()) {
      client.send(request.replace("|", "\r\n") + HttpClient.request("POST", "/echo", "smuggled"));
      HttpClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).doesNotContain("smuggled");
      client.socket().awaitEnd();
    }
  }

  @Test
  void a_body_that_is_too_long_is_refused_before_it_is_read() throws IOException {
    try (HttpClient client = client()) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(413);
      client.socket().awaitEnd();
    }
    try (HttpClient client = client()) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n"
              + "x".repeat(65));
      assertThat(client.answer().status()).isEqualTo(413);
      client.socket().awaitEnd();
    }
  }

  @Test
  void a_body_may_wait_until_it_is_asked_for() throws IOException {
    try (HttpClient client = client()) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.socket().readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
      client.send("ok");
      assertThat(client.answer().body()).isEqualTo("ok");
    }
    try (HttpClient client = client()) {
      assertThat(client.ask("POST", "/echo", "a", "Expect: miracles").status()).isEqualTo(417);
    }
  }

  @Test
  void a_body_that_does_not_come_in_time_is_not_waited_for() throws IOException {
    try (HttpClient client = client()) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab");
      client.socket().awaitEnd();
    }
    door.awaitMetric(1, "polyhub.websocket.handshakes.refused", "status", "408");
  }

  @Test
  void a_connection_on_which_nothing_is_asked_ends() throws IOException {
    try (HttpClient client = client()) {
      assertThat(client.ask("POST", "/echo", "a").status()).isEqualTo(200);
      client.socket().awaitEnd();
    }
  }

  @Test
  void other_methods_are_named() throws IOException {
    try (HttpClient client = client()) {
      HttpClient.Answer answer = client.ask("DELETE", "/echo", "");
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.header("allow")).isEqualTo("GET, OPTIONS, POST");
    }
  }

  @Test
  void a_page_of_an_allowed_origin_may_ask_and_read() throws IOException {
    try (HttpClient client = client()) {
      HttpClient.Answer preflight =
          client.ask(
              "OPTIONS",
              "/echo",
              "",
              "Origin: https://app.example",
              "Access-Control-Request-Method: POST",
              "Access-Control-Request-Headers: content-type, x-mine");
      assertThat(preflight.status()).isEqualTo(204);
      assertThat(preflight.header("access-control-allow-origin")).isEqualTo("https://app.example");
      assertThat(preflight.header("access-control-allow-headers"))
          .isEqualTo("content-type, x-mine");
      assertThat(preflight.header("access-control-allow-methods")).isEqualTo("GET, OPTIONS, POST");
      assertThat(preflight.header("access-control-max-age")).isEqualTo("300");
      HttpClient.Answer answer = client.ask("POST", "/echo", "a", "Origin: https://app.example");
      assertThat(answer.body()).isEqualTo("a");
      assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://app.example");
      assertThat(answer.header("access-control-allow-credentials")).isEqualTo("true");
      assertThat(answer.header("vary")).isEqualTo("Origin");
    }
  }

  @Test
  void a_page_of_another_origin_is_refused_before_its_route() throws IOException {
    try (HttpClient client = client()) {
      HttpClient.Answer answer = client.ask("POST", "/parked", "", "Origin: https://evil.example");
      assertThat(answer.status()).isEqualTo(403);
    }
    assertThat(parked).isNotDone();
  }

  @Test
  void another_name_for_this_machine_is_refused() throws IOException {
    try (HttpClient client = client()) {
      client.send("GET /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(421);
    }
  }

  @Test
  void a_route_that_fails_says_nothing_of_it() throws IOException {
    try (HttpClient client = client()) {
      HttpClient.Answer answer = client.ask("GET", "/broken", "");
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.head() + answer.body()).doesNotContain("secret");
    }
  }

  @Test
  void a_client_that_leaves_is_noticed_while_its_answer_is_awaited() throws Exception {
    try (HttpClient client = client()) {
      client.send(HttpClient.request("GET", "/parked", ""));
      parked.get(10, TimeUnit.SECONDS);
    }
    assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    parked.get().reply(text("too late"));
  }

  @Test
  void any_thread_may_answer_once() throws Exception {
    try (HttpClient client = client()) {
      client.send(HttpClient.request("GET", "/parked", ""));
      HttpCall call = parked.get(10, TimeUnit.SECONDS);
      call.reply(text("first"));
      call.reply(text("second"));
      assertThat(client.answer().body()).isEqualTo("first");
      assertThat(client.ask("POST", "/echo", "third").body()).isEqualTo("third");
    }
    assertThat(gone.getCount()).isEqualTo(1);
  }

  @Test
  void a_client_that_sends_much_while_its_answer_is_awaited_is_dropped() throws Exception {
    try (HttpClient client = client()) {
      client.send(HttpClient.request("GET", "/parked", ""));
      parked.get(10, TimeUnit.SECONDS);
      client.send("x".repeat(4 * HttpRequests.MAX_HELD_BYTES));
      assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void a_client_of_the_older_version_may_keep_its_connection() throws IOException {
    try (HttpClient client = client()) {
      client.send("GET /echo HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
      assertThat(client.answer().header("connection")).isEqualTo("keep-alive");
      client.send("GET /echo HTTP/1.0\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(200);
      client.socket().awaitEnd();
    }
  }
}
