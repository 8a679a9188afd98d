package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operations over event streams, in both modes. */
final class GraphQlOverSseTest {

  private static final String FEED =
      "subscription($channel: String!) { feed(channel: $channel) {"
          + " __typename ... on Message { data cursor } ... on Subscribed { recovery cursor } } }";
  private static final String PUBLISH =
      "mutation($channel: String!, $data: JSON) {"
          + " publish(channel: $channel, data: $data) { cursor guarantee } }";

  private static final String PART_HEAD = "\r\nContent-Type: application/json\r\n\r\n";

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    TestConfig config = TestConfig.standard();
    config.keepAlive = Duration.ofMillis(200);
    config.reservationTimeout = Duration.ofSeconds(1);
    door = TestDoor.open(config.build());
  }

  @AfterEach
  void close() {
    door.close();
  }

  private String publish(String channel, Object data) {
    return HttpCalls.run(door.http(), PUBLISH, Map.of("channel", channel, "data", data))
        .at("/data/publish/cursor")
        .asText();
  }

  private EventStreamClient feed(String channel) {
    return EventStreamClient.open(
        HttpCalls.post(door.stream(), HttpCalls.body(FEED, Map.of("channel", channel))));
  }

  @Test
  void what_is_posted_comes_by_the_stream_in_order() {
    try (EventStreamClient stream = feed("a")) {
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.response().headers().firstValue("Content-Type").orElseThrow())
          .startsWith("text/event-stream");
      assertThat(stream.nextResult().at("/data/feed/recovery").asText()).isEqualTo("NOT_ASKED");
      for (int i = 0; i < 100; i++) {
        publish("a", i);
      }
      for (int i = 0; i < 100; i++) {
        assertThat(stream.nextResult().at("/data/feed/data").asInt()).isEqualTo(i);
      }
    }
  }

  @Test
  void a_browser_resumes_by_the_last_event_id() {
    String cursor;
    try (EventStreamClient stream = feed("r")) {
      stream.nextResult();
      publish("r", 1);
      EventStreamClient.Event event = stream.next();
      cursor = event.id();
      assertThat(event.json().at("/data/feed/cursor").asText()).isEqualTo(cursor);
    }
    publish("r", 2);
    publish("r", 3);
    URI uri =
        URI.create(
            door.stream()
                + "?query="
                + URLEncoder.encode(FEED, StandardCharsets.UTF_8)
                + "&variables="
                + URLEncoder.encode("{\"channel\":\"r\"}", StandardCharsets.UTF_8));

    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.request(uri).header("Last-Event-ID", String.valueOf(cursor)))) {
      JsonNode subscribed = stream.nextResult().at("/data/feed");
      assertThat(subscribed.path("recovery").asText()).isEqualTo("RECOVERED");
      assertThat(stream.nextResult().at("/data/feed/data").asInt()).isEqualTo(2);
      assertThat(stream.nextResult().at("/data/feed/data").asInt()).isEqualTo(3);
    }
  }

  @Test
  void a_query_over_a_stream_gives_one_result_and_completes() {
    try (EventStreamClient stream =
        EventStreamClient.open(HttpCalls.post(door.stream(), "{\"query\":\"{ me { user } }\"}"))) {
      assertThat(stream.nextResult().at("/data/me/user").asText()).isEmpty();
      assertThat(stream.next()).isEqualTo(new EventStreamClient.Event("complete", null, ""));
      assertThat(stream.next().name()).isEmpty();
    }
  }

  @Test
  void a_bad_document_is_told_by_the_stream() {
    try (EventStreamClient stream =
        EventStreamClient.open(HttpCalls.post(door.stream(), "{\"query\":\"{ nothing }\"}"))) {
      assertThat(stream.status()).isEqualTo(200);
      JsonNode result = stream.nextResult();
      assertThat(result.has("data")).isFalse();
      assertThat(result.at("/errors/0/extensions/code").asText()).isEqualTo("VALIDATION_FAILED");
      assertThat(stream.next().name()).isEqualTo("complete");
    }
  }

  @Test
  void both_paths_answer_each_operation_by_what_is_accepted() {
    String all = "application/graphql-response+json, application/json, text/event-stream";
    for (URI path : List.of(door.http(), door.stream())) {
      HttpResponse<String> query =
          HttpCalls.send(
              HttpCalls.post(path, "{\"query\":\"{ me { user } }\"}").header("Accept", all));
      assertThat(query.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("application/graphql-response+json");
      assertThat(HttpCalls.json(query).at("/data/me/user").isTextual()).isTrue();
      try (EventStreamClient stream =
          EventStreamClient.open(
              HttpCalls.post(path, HttpCalls.body(FEED, Map.of("channel", "one"))), all)) {
        assertThat(stream.nextResult().at("/data/feed/recovery").asText()).isEqualTo("NOT_ASKED");
      }
      assertThat(
              HttpCalls.send(
                      HttpCalls.post(path, HttpCalls.body(FEED, Map.of("channel", "one")))
                          .header("Accept", "application/json"))
                  .statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void a_subscription_may_come_in_parts() throws IOException {
    try (RawHttp client =
        RawHttp.post(
            door.http(),
            "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json",
            HttpCalls.body(FEED, Map.of("channel", "parts")))) {
      assertThat(client.head())
          .contains("200 OK")
          .contains("multipart/mixed;boundary=\"graphql\";subscriptionSpec=\"1.0\"");
      client.expect("\r\n--graphql" + PART_HEAD + "{\"payload\":{\"data\":{\"feed\":");
      client.skipTo("}}}\r\n--graphql");
      client.expect(PART_HEAD + "{}\r\n--graphql");
      publish("parts", 7);
      client.skipTo("\"data\":7");
      client.skipTo("\r\n--graphql");
    }
  }

  @Test
  void parts_end_with_the_closing_delimiter() throws IOException {
    try (RawHttp client =
        RawHttp.post(door.http(), "multipart/mixed", "{\"query\":\"{ __typename }\"}")) {
      client.head();
      client.expect("\r\n--graphql" + PART_HEAD);
      client.expect("{\"payload\":{\"data\":{\"__typename\":\"Query\"}}}");
      client.expect("\r\n--graphql--\r\n");
      client.expectEnd();
    }
  }

  @Test
  void one_stream_carries_several_operations() {
    HttpResponse<String> reserved =
        HttpCalls.send(HttpCalls.request(door.stream()).PUT(HttpRequest.BodyPublishers.noBody()));
    assertThat(reserved.statusCode()).isEqualTo(201);
    String token = reserved.body();
    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.request(door.stream()).header(Streams.TOKEN_HEADER, token))) {
      assertThat(start(token, "one", FEED, Map.of("channel", "one")).statusCode()).isEqualTo(202);
      JsonNode first = stream.nextResult();
      assertThat(first.path("id").asText()).isEqualTo("one");
      assertThat(first.at("/payload/data/feed/__typename").asText()).isEqualTo("Subscribed");
      assertThat(start(token, "one", FEED, Map.of("channel", "one")).statusCode()).isEqualTo(409);

      assertThat(start(token, "two", PUBLISH, Map.of("channel", "one", "data", 5)).statusCode())
          .isEqualTo(202);
      JsonNode message = null;
      boolean completed = false;
      boolean answered = false;
      while (message == null || !completed || !answered) {
        EventStreamClient.Event event = stream.next();
        JsonNode data = event.json();
        if (data.path("id").asText().equals("one")) {
          message = data;
        } else if (event.name().equals("complete")) {
          completed = true;
        } else {
          answered = data.at("/payload/data/publish/guarantee").asText().equals("AT_LEAST_ONCE");
        }
      }
      assertThat(message.at("/payload/data/feed/data").asInt()).isEqualTo(5);

      HttpResponse<String> stopped =
          HttpCalls.send(
              HttpCalls.request(URI.create(door.stream() + "?operationId=one"))
                  .header(Streams.TOKEN_HEADER, token)
                  .DELETE());
      assertThat(stopped.statusCode()).isEqualTo(200);
      EventStreamClient.Event over = stream.next();
      assertThat(over.name()).isEqualTo("complete");
      assertThat(over.json().path("id").asText()).isEqualTo("one");
      assertThat(
              HttpCalls.send(
                      HttpCalls.request(door.stream()).header(Streams.TOKEN_HEADER, token).DELETE())
                  .statusCode())
          .isEqualTo(400);
      assertThat(start(token, "one", FEED, Map.of("channel", "one")).statusCode()).isEqualTo(202);
      assertThat(stream.nextResult().at("/payload/data/feed/__typename").asText())
          .isEqualTo("Subscribed");

      try (EventStreamClient second =
          EventStreamClient.open(
              HttpCalls.request(door.stream()).header(Streams.TOKEN_HEADER, token))) {
        assertThat(second.status()).isEqualTo(409);
      }
    }
  }

  private HttpResponse<String> start(
      String token, String id, String query, Map<String, ?> variables) {
    var body = HttpCalls.JSON.createObjectNode();
    body.put("query", query).set("variables", HttpCalls.JSON.valueToTree(variables));
    body.putObject("extensions").put("operationId", id);
    return HttpCalls.send(
        HttpCalls.post(door.stream(), body.toString()).header(Streams.TOKEN_HEADER, token));
  }

  @Test
  void an_idle_stream_gets_comments() {
    try (EventStreamClient stream = feed("idle")) {
      stream.nextResult();
      for (int i = 0; i < 3; i++) {
        assertThat(stream.nextComment()).isEmpty();
      }
    }
  }

  @Test
  void a_client_that_goes_is_noticed_and_its_session_ends() {
    EventStreamClient stream = feed("gone");
    stream.nextResult();
    assertThat(door.sessions()).isEqualTo(1);

    stream.close();

    Waiting.until("the session ends", () -> door.sessions() == 0);
  }

  @Test
  void a_stream_that_was_reserved_but_not_taken_ends() {
    HttpResponse<String> reserved =
        HttpCalls.send(HttpCalls.request(door.stream()).PUT(HttpRequest.BodyPublishers.noBody()));
    assertThat(door.sessions()).isEqualTo(1);

    Waiting.until("the session ends", () -> door.sessions() == 0);

    assertThat(start(reserved.body(), "x", FEED, Map.of("channel", "x")).statusCode())
        .isEqualTo(404);
  }
}
