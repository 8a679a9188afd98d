package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operations over graphql-transport-ws. */
final class GraphQlOverWebSocketTest {

  private static final String MESSAGES =
      "subscription($channel: String!, $since: String) {"
          + " messages(channel: $channel, since: $since) { channel data cursor source } }";
  private static final String PUBLISH =
      "mutation($channel: String!, $data: JSON) {"
          + " publish(channel: $channel, data: $data) { cursor guarantee duplicate } }";

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open();
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void what_one_client_publishes_another_receives() {
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe("s", MESSAGES, Map.of("channel", "a/b"));
    subscriber.settle();

    JsonNode published =
        door.connect()
            .run(PUBLISH, Map.of("channel", "a/b", "data", Map.of("n", 1)))
            .path("data")
            .path("publish");

    assertThat(published.path("guarantee").asText()).isEqualTo("AT_LEAST_ONCE");
    assertThat(published.path("duplicate").asBoolean()).isFalse();
    JsonNode message = subscriber.nextData("s").path("messages");
    assertThat(message.path("channel").asText()).isEqualTo("a/b");
    assertThat(message.path("data").path("n").asInt()).isEqualTo(1);
    assertThat(message.path("source").asText()).isEqualTo("LIVE");
    assertThat(message.path("cursor").asText()).isEqualTo(published.path("cursor").asText());
  }

  @Test
  void messages_keep_their_order() {
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe("s", MESSAGES, Map.of("channel", "ordered"));
    subscriber.settle();
    WebSocketClient publisher = door.connect();

    for (int i = 0; i < 500; i++) {
      publisher.subscribe("p" + i, PUBLISH, Map.of("channel", "ordered", "data", i));
    }

    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      numbers.add(subscriber.nextData("s").path("messages").path("data").asInt());
    }
    assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSize(500);
  }

  @Test
  void a_client_resumes_from_the_cursor_of_the_last_message_it_got() {
    WebSocketClient publisher = door.connect();
    publisher.run(PUBLISH, Map.of("channel", "c", "data", 1));
    String cursor =
        publisher
            .run(PUBLISH, Map.of("channel", "c", "data", 2))
            .at("/data/publish/cursor")
            .asText();
    publisher.run(PUBLISH, Map.of("channel", "c", "data", 3));
    publisher.run(PUBLISH, Map.of("channel", "c", "data", 4));

    WebSocketClient subscriber = door.connect();
    subscriber.subscribe("s", MESSAGES, Map.of("channel", "c", "since", cursor));

    JsonNode first = subscriber.next().path("payload");
    assertThat(first.at("/data/messages/data").asInt()).isEqualTo(3);
    assertThat(first.at("/data/messages/source").asText()).isEqualTo("LOG");
    assertThat(first.at("/extensions/subscribed/recovery").asText()).isEqualTo("RECOVERED");
    assertThat(first.at("/extensions/subscribed/cursor").asText()).isEqualTo(cursor);
    JsonNode second = subscriber.next().path("payload");
    assertThat(second.at("/data/messages/data").asInt()).isEqualTo(4);
    assertThat(second.has("extensions")).isFalse();
    publisher.run(PUBLISH, Map.of("channel", "c", "data", 5));
    assertThat(subscriber.nextData("s").at("/messages/data").asInt()).isEqualTo(5);
  }
}
