package io.polyhub.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Reach;
import io.polyhub.hub.Reach.Reached;
import io.polyhub.hub.Reach.Target;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operators do with sessions, as a client of the Centrifuge protocol sees it. */
class CentrifugeReachTest {

  private static TestDoor door;

  @BeforeAll
  static void start() throws IOException {
    door = TestDoor.start();
  }

  @AfterAll
  static void stop() throws Exception {
    door.close();
  }

  private static Reach reach() {
    return door.hub().hub().reach();
  }

  private static Target connect(JsonClient client) throws IOException {
    String reply = client.ask("{\"id\":1,\"connect\":{}}");
    return new Target.OneSession(JsonClient.between(reply, "\"client\":\"", "\""));
  }

  private static Reached send(Target to, String payload) {
    return LocalClient.done(LocalClient.await(reach().message(to, payload.getBytes(UTF_8))));
  }

  @Test
  void a_message_comes_as_a_push_of_its_own() throws Exception {
    try (JsonClient client = new JsonClient(door.port())) {
      Target self = connect(client);
      assertThat(send(self, "{\"a\":\n1}")).isEqualTo(new Reached(0, 0, 1, 0, 0, true));
      assertThat(client.next()).isEqualTo("{\"push\":{\"message\":{\"data\":{\"a\": 1}}}}");
      send(self, "no json");
      assertThat(client.next()).isEqualTo("{\"push\":{\"message\":{\"data\":\"bm8ganNvbg==\"}}}");
    }
  }

  @Test
  void who_is_disconnected_is_told_by_the_code_whether_to_come_back() throws Exception {
    try (JsonClient invited = new JsonClient(door.port());
        JsonClient unwanted = new JsonClient(door.port())) {
      Target first = connect(invited);
      Target second = connect(unwanted);
      LocalClient.await(reach().disconnect(first, true));
      assertThat(invited.closing()).isEqualTo("3011 force reconnect");
      LocalClient.await(reach().disconnect(second, false));
      assertThat(unwanted.closing()).isEqualTo("3503 force disconnect");
    }
  }

  @Test
  void who_is_to_show_new_credentials_is_told_to_come_back_with_them() throws Exception {
    try (JsonClient client = new JsonClient(door.port())) {
      Target self = connect(client);
      assertThat(LocalClient.done(LocalClient.await(reach().refresh(self))).ended()).isEqualTo(1);
      assertThat(client.closing()).isEqualTo("3005 connection expired");
    }
  }
}
