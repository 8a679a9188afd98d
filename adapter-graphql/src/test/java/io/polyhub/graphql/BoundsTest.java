package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.polyhub.graphql.GraphQlConfig.DocumentBounds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each bound is reached, and says so. */
final class BoundsTest {

  private final List<TestDoor> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(TestDoor::close);
  }

  private TestDoor door(TestConfig config) throws IOException {
    TestDoor door = TestDoor.open(config.build());
    open.add(door);
    return door;
  }

  private TestDoor door(DocumentBounds bounds) throws IOException {
    TestConfig config = TestConfig.standard();
    config.document = bounds;
    return door(config);
  }

  private static String code(TestDoor door, String query) {
    return HttpCalls.run(door.http(), query, Map.of()).at("/errors/0/extensions/code").asText();
  }

  private static String message(TestDoor door, String query) {
    return HttpCalls.run(door.http(), query, Map.of()).at("/errors/0/message").asText();
  }

  @Test
  void documents_are_bounded_in_characters_and_tokens() throws IOException {
    TestDoor door = door(new DocumentBounds(1000, 50, 20, 500, 50, 20_000, 10, 10_000));
    assertThat(code(door, "{ __typename } #" + "x".repeat(1000))).isEqualTo("TOO_COMPLEX");
    assertThat(code(door, "{" + "a ".repeat(60) + "}")).isEqualTo("TOO_COMPLEX");
    assertThat(code(door, "{" + "a{".repeat(120) + "}".repeat(120) + "}")).isEqualTo("TOO_COMPLEX");
    assertThat(code(door, "{ __typename }")).isEmpty();
  }

  @Test
  void documents_are_bounded_in_depth_fields_aliases_and_complexity() throws IOException {
    TestDoor door = door(new DocumentBounds(64_000, 5_000, 3, 20, 5, 500, 10, 10_000));
    assertThat(message(door, "{ history(channel: \"a\") { messages { headers { name } } } }"))
        .isEqualTo("depth: 4 (expected: at most 3)");
    assertThat(message(door, "{ me {" + "user ".repeat(20) + "} }"))
        .isEqualTo("fields: 21 (expected: at most 20)");
    assertThat(
            message(
                door,
                IntStream.range(0, 6)
                    .mapToObj(i -> "a" + i + ": __typename")
                    .collect(Collectors.joining(" ", "{", "}"))))
        .isEqualTo("aliases: 6 (expected: at most 5)");
    assertThat(message(door, "{ history(channel: \"a\", limit: 400) { messages { data } } }"))
        .isEqualTo("complexity: 811 (expected: at most 500)");
    assertThat(code(door, "{ history(channel: \"a\", limit: 10) { messages { data } } }"))
        .isEmpty();
    assertThat(
            code(
                door,
                "query($n: Int!) { history(channel: \"a\", limit: $n) { messages { data } } }"))
        .isEqualTo("TOO_COMPLEX");
  }

  @Test
  void fragments_count_wherever_they_are_used() throws IOException {
    TestDoor door = door(DocumentBounds.STANDARD);
    String bomb =
        "{ me { ...f0 } }"
            + IntStream.range(0, 30)
                .mapToObj(
                    i -> " fragment f" + i + " on Me { ...f" + (i + 1) + " ...f" + (i + 1) + " }")
                .collect(Collectors.joining())
            + " fragment f30 on Me { user }";
    assertThat(code(door, bomb)).isEqualTo("TOO_COMPLEX");
    assertThat(code(door, "{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }"))
        .isEqualTo("VALIDATION_FAILED");
    assertThat(code(door, "query a { __typename } query b { me { ...f0 } }" + bomb.substring(16)))
        .isEqualTo("VALIDATION_FAILED");
  }

  @Test
  void introspection_may_be_turned_off() throws IOException {
    TestConfig config = TestConfig.standard();
    config.introspection = false;
    TestDoor closed = door(config);
    TestDoor normal = door(TestConfig.standard());
    for (String query :
        List.of("{ __schema { types { name } } }", "{ __type(name: \"Me\") { name } }")) {
      assertThat(code(closed, query)).isEqualTo("INTROSPECTION_DISABLED");
      assertThat(code(normal, query)).isEmpty();
    }
    assertThat(code(closed, "{ __typename }")).isEmpty();
  }

  @Test
  void documents_that_are_kept_are_bounded_and_the_least_used_give_way() throws IOException {
    TestDoor door = door(new DocumentBounds(64_000, 5_000, 20, 500, 50, 20_000, 3, 10_000));
    for (int i = 0; i < 10; i++) {
      HttpCalls.run(door.http(), "{ a" + i + ": __typename }", Map.of());
      HttpCalls.run(door.http(), "{ a0: __typename }", Map.of());
    }
    assertThat(door.gauge("polyhub.graphql.documents.kept")).isEqualTo(3);
    assertThat(door.count("polyhub.graphql.documents", "cache", "hit")).isEqualTo(10);
    assertThat(door.count("polyhub.graphql.documents", "cache", "miss")).isEqualTo(10);

    TestDoor small = door(new DocumentBounds(64_000, 5_000, 20, 500, 50, 20_000, 100, 100));
    for (int i = 0; i < 10; i++) {
      HttpCalls.run(small.http(), "{ a" + i + ": __typename }#" + "x".repeat(20), Map.of());
    }
    assertThat(small.gauge("polyhub.graphql.documents.kept")).isEqualTo(2);
  }

  @Test
  void a_connection_has_only_so_many_operations() throws IOException {
    TestConfig config = TestConfig.standard();
    config.operationsPerConnection = 2;
    TestDoor door = door(config);
    WebSocketClient client = door.connect();
    for (String id : List.of("1", "2")) {
      client.subscribe(id, "subscription { feed(channel: \"a\") { __typename } }");
      client.nextData(id);
    }
    client.subscribe("3", "subscription { feed(channel: \"a\") { __typename } }");
    assertThat(client.nextErrorCode("3")).isEqualTo("LIMIT_EXCEEDED");
    client.send("{\"id\":\"1\",\"type\":\"complete\"}");
    client.subscribe("3", "subscription { feed(channel: \"a\") { __typename } }");
    client.nextData("3");
  }

  @Test
  void an_answer_is_bounded() throws IOException {
    TestConfig config = TestConfig.standard();
    config.responseBytes = 2000;
    TestDoor door = door(config);
    for (int i = 0; i < 5; i++) {
      HttpCalls.run(
          door.http(),
          "mutation($d: JSON) { publish(channel: \"big\", data: $d) { cursor } }",
          Map.of("d", "x".repeat(1000)));
    }
    String query = "{ history(channel: \"big\") { messages { data } } }";
    assertThat(code(door, query)).isEqualTo("TOO_LARGE");
    JsonNode overSocket = door.connect().run(query);
    assertThat(overSocket.at("/errors/0/extensions/code").asText()).isEqualTo("TOO_LARGE");
  }

  @Test
  void long_error_messages_are_cut() throws IOException {
    TestDoor door = door(TestConfig.standard());
    String message = message(door, "{ " + "x".repeat(2000) + " }");
    assertThat(message).hasSize(GraphQlErrors.MAX_MESSAGE_LENGTH + 3).endsWith("...");
    JsonNode many =
        HttpCalls.run(
            door.http(),
            "{ me {"
                + IntStream.range(0, 200).mapToObj(i -> "x" + i).collect(Collectors.joining(" "))
                + "} }",
            Map.of());
    assertThat(many.path("errors")).hasSize(GraphQlErrors.MAX_ERRORS);
  }

  @Test
  void event_streams_are_bounded() throws IOException {
    TestConfig config = TestConfig.standard();
    config.streams = 2;
    TestDoor door = door(config);
    String body = HttpCalls.body("subscription { feed(channel: \"a\") { __typename } }", Map.of());
    try (EventStreamClient first = EventStreamClient.open(HttpCalls.post(door.stream(), body))) {
      first.nextResult();
      HttpResponse<String> reserved =
          HttpCalls.send(HttpCalls.request(door.stream()).PUT(HttpRequest.BodyPublishers.noBody()));
      assertThat(reserved.statusCode()).isEqualTo(201);
      try (EventStreamClient third = EventStreamClient.open(HttpCalls.post(door.stream(), body))) {
        assertThat(third.status()).isEqualTo(503);
      }
      HttpResponse<String> fourth =
          HttpCalls.send(HttpCalls.request(door.stream()).PUT(HttpRequest.BodyPublishers.noBody()));
      assertThat(fourth.statusCode()).isEqualTo(503);
      assertThat(HttpCalls.code(fourth)).isEqualTo("LIMIT_EXCEEDED");
    }
  }

  @Test
  void a_stream_of_several_operations_has_only_so_many() throws IOException {
    TestConfig config = TestConfig.standard();
    config.operationsPerConnection = 1;
    TestDoor door = door(config);
    String token =
        HttpCalls.send(HttpCalls.request(door.stream()).PUT(HttpRequest.BodyPublishers.noBody()))
            .body();
    String subscribe =
        "{\"query\":\"subscription { feed(channel: \\\"a\\\") { __typename } }\","
            + "\"extensions\":{\"operationId\":\"%s\"}}";
    URI uri = URI.create(door.stream() + "?token=" + token);
    assertThat(HttpCalls.send(HttpCalls.post(uri, subscribe.formatted("1"))).statusCode())
        .isEqualTo(202);
    HttpResponse<String> second = HttpCalls.send(HttpCalls.post(uri, subscribe.formatted("2")));
    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(HttpCalls.code(second)).isEqualTo("LIMIT_EXCEEDED");
    HttpResponse<String> nameless =
        HttpCalls.send(HttpCalls.post(uri, "{\"query\":\"{ __typename }\"}"));
    assertThat(nameless.statusCode()).isEqualTo(400);
    URI unknown = URI.create(door.stream() + "?token=guessed");
    assertThat(HttpCalls.send(HttpCalls.post(unknown, subscribe.formatted("1"))).statusCode())
        .isEqualTo(404);
  }

  @Test
  void requests_under_way_are_bounded() throws IOException {
    TestConfig config = TestConfig.standard();
    config.http = TestConfig.bounds(100, 1, Duration.ofSeconds(60));
    TestDoor door = door(config);
    String body = HttpCalls.body("subscription { feed(channel: \"a\") { __typename } }", Map.of());
    try (EventStreamClient stream = EventStreamClient.open(HttpCalls.post(door.stream(), body))) {
      stream.nextResult();
      HttpResponse<String> second =
          HttpCalls.send(HttpCalls.post(door.http(), "{\"query\":\"{ __typename }\"}"));
      assertThat(second.statusCode()).isEqualTo(503);
      assertThat(HttpCalls.code(second)).isEqualTo("LIMIT_EXCEEDED");
    }
  }

  @Test
  void connections_are_bounded_and_further_ones_wait() throws IOException {
    TestConfig config = TestConfig.standard();
    config.keepAlive = Duration.ofMillis(100);
    config.http = TestConfig.bounds(1, 10, Duration.ofSeconds(60));
    TestDoor door = door(config);
    String body = HttpCalls.body("subscription { feed(channel: \"a\") { __typename } }", Map.of());
    CompletableFuture<Integer> status;
    try (EventStreamClient stream = EventStreamClient.open(HttpCalls.post(door.stream(), body))) {
      stream.nextResult();
      status =
          CompletableFuture.supplyAsync(() ->
              HttpCalls.send(HttpCalls.post(door.http(), "{\"query\":\"{ __typename }\"}"))
                  .statusCode());
      for (int i = 0; i < 3; i++) {
        stream.nextComment();
      }
      assertThat(status).isNotDone();
    }
    assertThat(status.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(200);
  }
}
