package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The Centrifuge protocol in JSON, over real sockets, on a hub where everyone may do everything.
 */
class CentrifugeJsonTest {

  private TestDoor door;

  @BeforeEach
  void start() throws IOException {
    door = TestDoor.start();
  }

  @AfterEach
  void stop() {
    door.close();
  }

  private JsonClient connected() throws IOException {
    return JsonClient.connected(door.port());
  }

  @Test
  void a_connect_reply_names_the_client_and_announces_pings() throws IOException {
    try (JsonClient client = new JsonClient(door.port())) {
      assertThat(client.ask("{\"id\":7,\"connect\":{}}"))
          .matches(
              "\\{\"id\":7,\"connect\":\\{\"client\":\"[A-Za-z0-9_-]{22}\",\"version\":\"polyhub\","
                  + "\"ping\":25,\"pong\":true}}");
    }
  }

  @Test
  void commands_of_one_frame_are_taken_up_in_order_after_connect_has_completed()
      throws IOException {
    try (JsonClient client = new JsonClient(door.port())) {
      client.send(
          "{\"id\":1,\"connect\":{}}",
          "{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}",
          "{\"id\":3,\"presence_stats\":{\"channel\":\"b\"}}");

      assertThat(client.next()).startsWith("{\"id\":1,\"connect\":");
      assertThat(client.next()).startsWith("{\"id\":2,\"subscribe\":");
      assertThat(client.next())
          .isEqualTo("{\"id\":3,\"presence_stats\":{\"num_clients\":0,\"num_users\":0}}");
    }
  }

  @Test
  void a_publication_reaches_subscribers_as_it_was_written() throws IOException {
    try (JsonClient publisher = connected();
        JsonClient subscriber = connected()) {
      subscriber.ask("{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}");
      String reply =
          publisher.ask(
              "{\"id\":2,\"publish\":{\"channel\":\"a\",\"data\":{\"n\": [1, 2.50e3,\"é\\n\"]}}}");

      assertThat(reply).isEqualTo("{\"id\":2,\"publish\":{}}");
      assertThat(subscriber.next())
          .startsWith(
              "{\"push\":{\"channel\":\"a\",\"pub\":{\"data\":{\"n\": [1, 2.50e3,\"é\\n\"]},")
          .contains("\"info\":{\"user\":\"\",\"client\":\"")
          .endsWith("\"offset\":1}}}");
    }
  }
}
