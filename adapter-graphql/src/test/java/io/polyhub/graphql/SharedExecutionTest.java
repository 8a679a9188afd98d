package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscribers with equal documents and variables share one execution for each event. */
final class SharedExecutionTest {

  private static final int SUBSCRIBERS = 100;

  private TestDoor door;
  private WebSocketClient publisher;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open();
    publisher = door.connect();
  }

  @AfterEach
  void close() {
    door.close();
  }

  private double executions() {
    return door.count("polyhub.graphql.executions", "kind", "event");
  }

  private String publish(String channel, int data) {
    return publisher
        .run(
            "mutation($channel: String!, $data: JSON) {"
                + " publish(channel: $channel, data: $data) { cursor } }",
            Map.of("channel", channel, "data", data))
        .at("/data/publish/cursor")
        .asText();
  }

  private List<WebSocketClient> subscribers(String query, Map<String, ?> variables) {
    List<WebSocketClient> subscribers = new ArrayList<>();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      WebSocketClient subscriber = door.connect();
      subscriber.subscribe("id" + i, query, variables);
      subscriber.settle();
      subscribers.add(subscriber);
    }
    return subscribers;
  }

  @Test
  void a_hundred_subscribers_cost_one_execution_for_each_event() {
    List<WebSocketClient> subscribers =
        subscribers(
            "subscription($c: String!) { messages(channel: $c) {"
                + " channel data cursor source headers { name } publisher { user } } }",
            Map.of("c", "shared"));

    for (int event = 1; event <= 10; event++) {
      String cursor = publish("shared", event);
      for (int i = 0; i < SUBSCRIBERS; i++) {
        JsonNode message = subscribers.get(i).nextData("id" + i).path("messages");
        assertThat(message.path("data").asInt()).isEqualTo(event);
        assertThat(message.path("cursor").asText()).isEqualTo(cursor);
      }
      assertThat(executions()).isEqualTo(event);
    }
    assertThat(door.gauge("polyhub.graphql.views")).isEqualTo(1);
  }

  @Test
  void only_variables_that_the_selection_depends_on_tell_subscribers_apart() {
    String query =
        "subscription($c: String!, $since: String, $full: Boolean!) {"
            + " messages(channel: $c, since: $since) { data time @include(if: $full) } }";
    String cursor = publish("v", 1);
    WebSocketClient fromNow = door.connect();
    fromNow.subscribe("s", query, Map.of("c", "v", "full", false));
    fromNow.settle();
    WebSocketClient fromCursor = door.connect();
    fromCursor.subscribe("s", query, Map.of("c", "v", "since", cursor, "full", false));
    fromCursor.settle();
    WebSocketClient full = door.connect();
    full.subscribe("s", query, Map.of("c", "v", "full", true));
    full.settle();

    publish("v", 2);

    assertThat(fromNow.nextData("s").toString()).isEqualTo("{\"messages\":{\"data\":2}}");
    assertThat(fromCursor.nextData("s").toString()).isEqualTo("{\"messages\":{\"data\":2}}");
    assertThat(full.nextData("s").at("/messages/time").isTextual()).isTrue();
    assertThat(executions()).isEqualTo(2);
  }

  @Test
  void one_execution_serves_websockets_and_event_streams() {
    String query = "subscription { messages(channel: \"both\") { data } }";
    WebSocketClient socket = door.connect();
    socket.subscribe("s", query);
    socket.settle();
    try (EventStreamClient stream =
        EventStreamClient.open(HttpCalls.post(door.stream(), HttpCalls.body(query, Map.of())))) {
      stream.nextComment();
      Waiting.until("both are subscribed", () -> door.gauge("polyhub.subscriptions") == 2);

      publish("both", 7);

      assertThat(socket.nextData("s").at("/messages/data").asInt()).isEqualTo(7);
      assertThat(stream.nextResult().at("/data/messages/data").asInt()).isEqualTo(7);
      assertThat(executions()).isEqualTo(1);
    }
  }

  @Test
  void what_differs_between_subscribers_is_not_shared() {
    String query =
        "subscription($since: String) { messages(channel: \"d\", since: $since) { data source } }";
    String start = publish("d", 0);
    WebSocketClient live = door.connect();
    live.subscribe("s", query);
    live.settle();
    publish("d", 1);
    assertThat(live.nextData("s").at("/messages/source").asText()).isEqualTo("LIVE");

    WebSocketClient late = door.connect();
    late.subscribe("s", query, Map.of("since", start));

    assertThat(late.nextData("s").at("/messages/source").asText()).isEqualTo("LOG");
  }

  @Test
  void a_subscription_over_several_logs_has_cursors_that_resume_all_of_them() {
    String query =
        "subscription($since: String) { messages(filter: \"#\", since: $since) { channel data"
            + " cursor } }";
    WebSocketClient first = door.connect();
    first.subscribe("s", query);
    first.settle();
    publish("one", 1);
    publish("memo/two", 2);
    first.nextData("s");
    String cursor = first.nextData("s").at("/messages/cursor").asText();
    first.close();
    publish("one", 3);
    publish("memo/two", 4);

    WebSocketClient second = door.connect();
    second.subscribe("s", query, Map.of("since", cursor));

    Set<Integer> got = new HashSet<>();
    got.add(second.nextData("s").at("/messages/data").asInt());
    got.add(second.nextData("s").at("/messages/data").asInt());
    assertThat(got).containsExactlyInAnyOrder(3, 4);
    second.settle();
  }

  @Test
  void the_last_value_comes_first_and_its_cursor_does_not_lead_back() {
    publisher.run("mutation { publish(channel: \"lv\", data: 1, retain: true) { cursor } }");
    String top = publish("lv", 2);
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe(
        "s", "subscription { messages(channel: \"lv\", lastValues: true) { data source cursor } }");

    JsonNode message = subscriber.nextData("s").path("messages");

    assertThat(message.path("data").asInt()).isEqualTo(1);
    assertThat(message.path("source").asText()).isEqualTo("LAST_VALUE");
    assertThat(message.path("cursor").asText()).isEqualTo(top);
  }

  @Test
  void members_who_come_and_go_are_told() {
    WebSocketClient watcher = door.connect();
    watcher.subscribe(
        "w",
        "subscription { presence(channel: \"p\") { channel change member { user door session } }"
            + " }");
    JsonNode own = watcher.nextData("w").path("presence");
    assertThat(own.path("change").asText()).isEqualTo("JOINED");
    WebSocketClient member = door.connect();
    member.subscribe("m", "subscription { messages(channel: \"p\") { data } }");

    JsonNode joined = watcher.nextData("w").path("presence");
    member.send("{\"id\":\"m\",\"type\":\"complete\"}");
    JsonNode left = watcher.nextData("w").path("presence");

    assertThat(joined.path("change").asText()).isEqualTo("JOINED");
    assertThat(joined.path("channel").asText()).isEqualTo("p");
    assertThat(joined.at("/member/door").asText()).isEqualTo("graphql");
    assertThat(left.path("change").asText()).isEqualTo("LEFT");
    assertThat(left.path("member")).isEqualTo(joined.path("member"));
  }

  @Test
  void what_a_client_publishes_itself_is_left_out_if_it_asks() {
    publisher.subscribe(
        "n",
        "subscription { feed(channel: \"nl\", noLocal: true) { __typename ... on Message { data } }"
            + " }");
    publisher.nextData("n");
    publish("nl", 1);
    door.connect().run("mutation { publish(channel: \"nl\", data: 2) { cursor } }");
    assertThat(publisher.nextData("n").at("/feed/data").asInt()).isEqualTo(2);
  }
}
