package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What both HTTP listeners take from anybody who reaches them. */
final class HttpEdgeTest {

  static {
    Logs.quiet(System.err);
  }

  private static final String HOST = "Host: localhost|Accept: application/json, text/event-stream|";
  private static final String CHUNKED = "Transfer-Encoding: chunked|";
  private static Server server;

  @BeforeAll
  static void start() throws Exception {
    server = Server.start(LoadedConfig.parse(ServerTest.ANYWHERE).config());
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static RawHttp connect(String door) throws Exception {
    return RawHttp.connect(server.port(door));
  }

  /** Every path that takes a body, and one that does not exist. */
  private static List<String> paths(String door) {
    return door.equals("admin")
        ? List.of("/sessions/disconnect", "/nothing")
        : List.of("/graphql", "/graphql/stream", "/nothing");
  }

  private static double metric(String series) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port("admin") + "/metrics"))
            .build();
    String scraped =
        HttpClient.newHttpClient()
            .sendAsync(request, BodyHandlers.ofString())
            .orTimeout(10, TimeUnit.SECONDS)
            .join()
            .body();
    Matcher found = Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$").matcher(scraped);
    return found.find() ? Double.parseDouble(found.group(1)) : 0;
  }

  private static void assertOneRefusal(String answer, String request, int... statuses) {
    assertThat(answer).describedAs(request).startsWith("HTTP/1.1 ");
    assertThat(statuses).describedAs(request).contains(Integer.parseInt(answer.substring(9, 12)));
    assertThat(answer).describedAs(request).containsOnlyOnce("HTTP/1.1").contains("lose\r\n");
    assertThat(answer).doesNotContain("Exception", "java.", "io.helidon");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void ways_to_smuggle_a_request_are_refused_with_one_answer_and_the_connections_end(String door)
      throws Exception {
    String evil = "GET /evil HTTP/1.1|" + HOST + "|";
    List<String> ways =
        List.of(
            "Content-Length: 4|Content-Length: 5||{}  " + evil,
            "Content-Length: 4, 4||{}  " + evil,
            "Content-Length: +4||{}  " + evil,
            "Content-Length: 4|" + CHUNKED + "|0||" + evil,
            "Transfer-Encoding: xchunked||0||" + evil,
            "Transfer-Encoding : chunked||0||" + evil,
            "Transfer-Encoding: chunked, identity||0||" + evil,
            CHUNKED + CHUNKED + "|0||" + evil,
            CHUNKED + "|+4|{}  |0||" + evil,
            CHUNKED + "|0x4|{}  |0||" + evil,
            CHUNKED + "|4|{}  0||" + evil,
            CHUNKED + "|4\n{}  |0||" + evil,
            CHUNKED + "|4;a\nb|{}  |0||" + evil,
            CHUNKED + "|fffffffffffffff4|{}  |0||" + evil,
            CHUNKED + "|00000000000000004|{}  |0||" + evil,
            CHUNKED + "|0|GET /evil HTTP/1.1|" + HOST + "|",
            "X: a| b: c||" + evil,
            "X: a\u0000b||" + evil,
            "X: a\nContent-Length: 4||{}  " + evil,
            HOST + "|" + evil);
    for (String path : paths(door)) {
      for (String way : ways) {
        String request =
            "POST " + path + " HTTP/1.1|" + HOST + "Content-Type: application/json|" + way;
        try (RawHttp http = connect(door)) {
          assertOneRefusal(http.send(request).readToEnd(), request, 400);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void a_body_whose_type_is_refused_gets_no_second_answer(String door) throws Exception {
    String request =
        "POST " + paths(door).getFirst() + " HTTP/1.1|" + HOST + CHUNKED + "|4|{}  |zz|";
    try (RawHttp http = connect(door)) {
      assertThat(http.send(request).readToEnd())
          .startsWith("HTTP/1.1 415")
          .containsOnlyOnce("HTTP/");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void a_huge_chunk_is_refused_before_any_of_it_is_held(String door) throws Exception {
    for (String path : paths(door)) {
      String request =
          "POST " + path + " HTTP/1.1|" + HOST + "Content-Type: application/json|" + CHUNKED;
      try (RawHttp http = connect(door)) {
        http.send(request + "|20000000|").send(new byte[64 * 1024]);
        assertOneRefusal(http.readToEnd(), request, 413);
      }
      try (RawHttp http = connect(door)) {
        http.send("POST " + path + " HTTP/1.1|" + HOST + "Content-Length: 536870912||{");
        assertOneRefusal(http.readToEnd(), request, 413);
      }
    }
    String held = "polyhub_http_held_bytes{listener=\"" + door + "\"}";
    Await.until("nothing is held", () -> metric(held) < 1024);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void a_name_that_is_not_this_machines_is_not_answered_to(String door) throws Exception {
    List<String> evil =
        List.of("evil.example", "evil.example:8080", "localhost.evil", "127.0.0.1.evil");
    for (String host : evil) {
      for (String path : List.of("/", "/graphql?query=%7B__typename%7D", "/metrics", "/nothing")) {
        try (RawHttp http = connect(door)) {
          http.send("GET " + path + " HTTP/1.1|Host: " + host + "|Origin: http://" + host + "||");
          assertThat(http.readTo("||".replace("|", "\r\n")))
              .describedAs("%s %s", host, path)
              .startsWith("HTTP/1.1 421 ")
              .doesNotContainIgnoringCase("access-control");
        }
      }
    }
    for (String host : List.of("localhost", "LocalHost:1", "127.0.0.1", "127.9.9.9:80", "[::1]")) {
      try (RawHttp http = connect(door)) {
        assertThat(http.send("GET /nothing HTTP/1.1|Host: " + host + "||").readTo("\r\n"))
            .startsWith("HTTP/1.1 404 ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void headers_without_an_end_are_refused(String door) throws Exception {
    try (RawHttp http = connect(door)) {
      http.send("GET /nothing HTTP/1.1|" + HOST + "X: 0123456789abcdef|".repeat(10_000));
      assertOneRefusal(http.readToEnd(), "headers", 431);
    }
    try (RawHttp http = connect(door)) {
      http.send("GET /" + "x".repeat(200_000));
      assertOneRefusal(http.readToEnd(), "target", 414);
    }
    assertThat(metric("polyhub_http_refused_total{listener=\"" + door + "\",status=\"431\"}"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "http, /, 200",
    "http, /graphql, 400",
    "http, /graphql?query=%7B__typename%7D, 200",
    "http, /graphql/stream, 400",
    "http, /graphql/ui.js, 200",
    "http, /nothing, 404",
    "admin, /, 200",
    "admin, /health/live, 200",
    "admin, /health/ready, 200",
    "admin, /metrics, 200",
    "admin, /version, 200",
    "admin, /sessions, 200",
    "admin, /sessions/disconnect, 405",
    "admin, /nothing, 404"
  })
  void head_is_answered_as_get_is_but_without_a_body(String door, String path, int status)
      throws Exception {
    String rest = " " + path + " HTTP/1.1|Host: localhost|Accept: application/json|";
    try (RawHttp http = connect(door)) {
      String head = http.send("HEAD" + rest + "|").readTo("\r\n\r\n");
      String next = http.send("GET" + rest + "Connection: close||").readToEnd();

      assertThat(head)
          .startsWith("HTTP/1.1 " + status + " ")
          .containsIgnoringCase("content-length: ");
      assertThat(next).describedAs("what follows the head").startsWith("HTTP/1.1 " + status + " ");
      assertThat(next.substring(next.indexOf("\r\n\r\n"))).hasSizeGreaterThan(4);
    }
  }

  @Test
  void the_admin_port_compresses_what_is_large_for_those_who_accept_it() throws Exception {
    String rest = " HTTP/1.1|Host: localhost|Accept-Encoding: gzip|Connection: close||";
    try (RawHttp metrics = connect("admin");
        RawHttp version = connect("admin")) {
      assertThat(metrics.send("GET /metrics" + rest).readToEnd())
          .containsIgnoringCase("\r\ncontent-encoding: gzip\r\n")
          .containsIgnoringCase("\r\nvary: accept-encoding\r\n");
      assertThat(version.send("GET /version" + rest).readToEnd())
          .doesNotContainIgnoringCase("content-encoding");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void what_is_not_there_is_told_as_json(String door) throws Exception {
    try (RawHttp http = connect(door)) {
      http.send("GET /nothing HTTP/1.1|" + HOST + "Connection: close||");
      assertThat(http.readToEnd())
          .startsWith("HTTP/1.1 404 ")
          .containsIgnoringCase("\r\ncontent-type: application/json")
          .containsPattern("\r\n\r\n\\{\"error.*}$");
    }
  }

  @ParameterizedTest
  @CsvSource({"http, /graphql", "admin, /metrics"})
  void the_root_tells_people_and_programs_what_is_there(String door, String path) throws Exception {
    try (RawHttp http = connect(door)) {
      http.send("GET / HTTP/1.1|Host: localhost|Accept: text/html,*/*;q=0.8|Connection: close||");
      assertThat(http.readToEnd())
          .startsWith("HTTP/1.1 200 ")
          .contains("<a href=\"" + path + "\">")
          .containsIgnoringCase("content-security-policy: default-src 'none'");
    }
    try (RawHttp http = connect(door)) {
      http.send("GET / HTTP/1.1|Host: localhost|Connection: close||");
      assertThat(http.readToEnd()).contains("\"path\":\"" + path + "\"");
    }
  }

  /** The preface, SETTINGS, and HEADERS of one request, its fields from the static table. */
  private static byte[] http2(int method, String authority) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(RawHttp.bytes("PRI * HTTP/2.0||SM||"));
    bytes.writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
    // :scheme http, :path /, :authority as a literal (RFC 7541 section 6.2.1).
    bytes.writeBytes(
        new byte[] {0, 0, (byte) (5 + authority.length()), 1, 5, 0, 0, 0, 1, (byte) method});
    bytes.writeBytes(new byte[] {(byte) 0x86, (byte) 0x84, 0x41, (byte) authority.length()});
    bytes.writeBytes(authority.getBytes(StandardCharsets.US_ASCII));
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void http_2_is_spoken_with_who_knows_it_before(String door) throws Exception {
    try (RawHttp http = connect(door)) {
      // :method GET
      http.send(http2(0x82, "localhost"));
      assertThat(http.readTo("Polyhub")).contains("/");
    }
    try (RawHttp http = connect(door)) {
      http.send(http2(0x82, "evil.example"));
      assertThat(http.readTo("no host of that name is here")).doesNotContain("Polyhub");
    }
    try (RawHttp http = connect(door)) {
      http.send(RawHttp.bytes("PRI * HTTP/2.0||SM||"));
      // A frame of 512 MiB.
      http.send(new byte[] {32, 0, 0, 0, 0, 0, 0, 0, 1});
      http.readToEnd();
    }
  }

  @Test
  void silent_connections_leave_room_for_probes_and_are_ended() throws Exception {
    List<RawHttp> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        silent.add(connect("admin"));
      }
      for (String probe : List.of("/health/live", "/health/ready", "/metrics")) {
        try (RawHttp http = connect("admin")) {
          assertThat(http.send("GET " + probe + " HTTP/1.1|" + HOST + "|").readTo("\r\n"))
              .describedAs(probe)
              .startsWith("HTTP/1.1 200 ");
        }
      }
      try (RawHttp http = connect("admin")) {
        assertThat(http.send("GET /version HTTP/1.1|" + HOST + "|").readToEnd())
            .startsWith("HTTP/1.1 503 ");
      }
      for (RawHttp connection : silent) {
        assertThat(connection.readToEnd()).isEmpty();
      }
    } finally {
      for (RawHttp connection : silent) {
        connection.close();
      }
    }
    String dropped = "polyhub_http_dropped_total{listener=\"admin\",reason=\"%s\"}";
    assertThat(metric(dropped.formatted("head"))).isGreaterThanOrEqualTo(16);
    assertThat(metric(dropped.formatted("crowd"))).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "admin"})
  void requests_that_are_right_are_answered_one_after_the_other(String door) throws Exception {
    String path = paths(door).getFirst();
    String head = "POST " + path + " HTTP/1.1|" + HOST + "Content-Type: application/json|";
    try (RawHttp http = connect(door)) {
      http.send(head + CHUNKED + "|2;x=y|{}|0|X: y||" + head + "Content-Length: 2||{}");
      assertThat(http.readTo("}")).startsWith("HTTP/1.1 400 Bad Request");
      assertThat(http.readTo("HTTP/1.1 400")).isNotEmpty();
      http.send("GET /nothing HTTP/1.1|" + HOST + "|");
      assertThat(http.readTo("HTTP/1.1 404")).isNotEmpty();
    }
  }
}
