package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Either everything since a cursor, or an explicit word that something is missing. */
final class RecoveryTest {

  private static final int KEPT = 10;
  private static final String MESSAGES =
      "subscription($since: String, $must: Boolean! = true) {"
          + " messages(channel: \"short\", since: $since, mustRecover: $must) { data cursor } }";
  private static final String FEED =
      "subscription($since: String) { feed(channel: \"short\", since: $since) { __typename ... on"
          + " Subscribed { recovery at: cursor } ... on Message { data cursor } } }";

  private TestDoor door;
  private WebSocketClient publisher;

  @BeforeEach
  void open() throws IOException {
    Rule shortRule =
        TestHub.rule(
            "short",
            "short",
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(KEPT, 1 << 20, Duration.ofDays(1)),
            OverflowPolicy.CATCH_UP);
    List<Rule> rules = new ArrayList<>(List.of(shortRule));
    rules.addAll(TestHub.rules());
    door = TestDoor.open(TestHub.with().rules(rules).start(), TestConfig.standard().build());
    publisher = door.connect();
  }

  @AfterEach
  void close() {
    door.close();
  }

  private String publish(String channel, int data) {
    return publisher
        .run(
            "mutation($c: String!, $d: JSON) { publish(channel: $c, data: $d) { cursor } }",
            Map.of("c", channel, "d", data))
        .at("/data/publish/cursor")
        .asText();
  }

  /** A cursor whose messages are kept no more. */
  private String lost() {
    String cursor = publish("short", 0);
    for (int i = 1; i <= 5 * KEPT; i++) {
      publish("short", i);
    }
    return cursor;
  }

  @Test
  void a_thousand_messages_are_recovered_in_order_over_both_carriers() {
    String cursor = publish("long", -1);
    for (int i = 0; i < 1000; i++) {
      publish("long", i);
    }
    String query =
        "subscription($since: String) { messages(channel: \"long\", since: $since) { data } }";
    WebSocketClient socket = door.connect();
    socket.subscribe("s", query, Map.of("since", cursor));
    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.post(door.stream(), HttpCalls.body(query, Map.of("since", cursor))))) {
      List<Integer> bySocket = new ArrayList<>();
      List<Integer> byStream = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        bySocket.add(socket.nextData("s").at("/messages/data").asInt());
        byStream.add(stream.nextResult().at("/data/messages/data").asInt());
      }
      List<Integer> expected = IntStream.range(0, 1000).boxed().toList();
      assertThat(bySocket).isEqualTo(expected);
      assertThat(byStream).isEqualTo(expected);
    }
  }

  @Test
  void messages_refuses_a_cursor_that_history_no_longer_reaches() {
    String lost = lost();
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe("s", MESSAGES, Map.of("since", lost));
    assertThat(subscriber.nextErrorCode("s")).isEqualTo("UNRECOVERABLE_POSITION");
  }

  @Test
  void messages_says_with_its_first_result_that_something_is_missing() {
    String lost = lost();
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe("s", MESSAGES, Map.of("since", lost, "must", false));
    subscriber.settle();
    publish("short", 99);

    JsonNode first = subscriber.next().path("payload");

    assertThat(first.at("/extensions/subscribed/recovery").asText()).isEqualTo("UNRECOVERABLE");
    assertThat(first.at("/data/messages/data").asInt()).isEqualTo(99);
  }

  @Test
  void feed_says_at_once_that_something_is_missing_and_where_it_goes_on() {
    String lost = lost();
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe("s", FEED, Map.of("since", lost));

    JsonNode subscribed = subscriber.nextData("s").path("feed");

    assertThat(subscribed.path("recovery").asText()).isEqualTo("UNRECOVERABLE");
    String cursor = subscribed.path("at").asText();
    assertThat(cursor).isNotEmpty().isNotEqualTo(lost);
    publish("short", 100);
    assertThat(subscriber.nextData("s").at("/feed/data").asInt()).isEqualTo(100);
    WebSocketClient next = door.connect();
    next.subscribe("s", FEED, Map.of("since", cursor));
    assertThat(next.nextData("s").at("/feed/recovery").asText()).isEqualTo("RECOVERED");
    assertThat(next.nextData("s").at("/feed/data").asInt()).isEqualTo(100);
  }

  @Test
  void an_event_stream_refuses_a_last_event_id_that_history_no_longer_reaches() {
    String lost = lost();
    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.post(door.stream(), HttpCalls.body(MESSAGES, Map.of()))
                .header("Last-Event-ID", lost))) {
      assertThat(stream.nextResult().at("/errors/0/extensions/code").asText())
          .isEqualTo("UNRECOVERABLE_POSITION");
      assertThat(stream.next().name()).isEqualTo("complete");
    }
    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.post(door.stream(), HttpCalls.body(MESSAGES, Map.of()))
                .header("Last-Event-ID", "nonsense"))) {
      assertThat(stream.nextResult().at("/errors/0/extensions/code").asText())
          .isEqualTo("INVALID_CURSOR");
    }
  }

  @Test
  void oldest_begins_with_what_is_kept() {
    lost();
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe(
        "s", "subscription { messages(channel: \"short\", oldest: true) { data } }");
    assertThat(subscriber.nextData("s").at("/messages/data").asInt())
        .isEqualTo(5 * KEPT - KEPT + 1);
  }

  @Test
  void history_walks_both_ways_and_says_what_it_lacks() {
    String lost = lost();
    JsonNode answer =
        HttpCalls.run(
            door.http(),
            "query($since: String) { gap: history(channel: \"short\", since: $since, limit: 3) {"
                + " complete messages { data } } back: history(channel: \"short\", reverse: true,"
                + " limit: 2) { messages { data } } top: history(channel: \"short\", limit: 0) {"
                + " cursor messages { data } } }",
            Map.of("since", lost));
    assertThat(answer.at("/data/gap/complete").asBoolean()).isFalse();
    assertThat(answer.at("/data/back/messages").toString())
        .isEqualTo("[{\"data\":" + 5 * KEPT + "},{\"data\":" + (5 * KEPT - 1) + "}]");
    assertThat(answer.at("/data/top/messages")).isEmpty();
    assertThat(answer.at("/data/top/cursor").asText()).isNotEmpty();
  }

  @Test
  void history_is_walked_to_its_end_page_by_page() {
    lost();
    List<Integer> walked = new ArrayList<>();
    JsonNode page = page("");
    while (page.path("more").asBoolean()) {
      page.path("messages").forEach(message -> walked.add(message.path("data").asInt()));
      page = page(", since: \"" + page.path("next").asText() + "\"");
    }
    page.path("messages").forEach(message -> walked.add(message.path("data").asInt()));
    assertThat(page.path("next").isNull()).isTrue();
    assertThat(walked).isSorted().doesNotHaveDuplicates().hasSize(KEPT).endsWith(5 * KEPT);
  }

  private JsonNode page(String since) {
    return HttpCalls.run(
            door.http(),
            "{ history(channel: \"short\", limit: 3"
                + since
                + ") { more next messages { data } } }",
            Map.of())
        .at("/data/history");
  }

  @Test
  void channels_without_history_have_no_cursors() {
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe(
        "s",
        "subscription { feed(channel: \"amo/x\") { __typename ... on Subscribed { at: cursor"
            + " history guarantee } ... on Message { data cursor } } }");
    JsonNode subscribed = subscriber.nextData("s").path("feed");
    assertThat(subscribed.path("at").isNull()).isTrue();
    assertThat(subscribed.path("history").asBoolean()).isFalse();
    assertThat(subscribed.path("guarantee").asText()).isEqualTo("AT_MOST_ONCE");
    publish("amo/x", 1);
    JsonNode message = subscriber.nextData("s").path("feed");
    assertThat(message.path("data").asInt()).isEqualTo(1);
    assertThat(message.path("cursor").isNull()).isTrue();
  }
}
