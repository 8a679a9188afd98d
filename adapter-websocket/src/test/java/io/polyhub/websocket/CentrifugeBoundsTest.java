package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rule;
import io.polyhub.hub.Limits;
import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every bound, reached over a socket. */
class CentrifugeBoundsTest {

  private static final Limits STANDARD = Limits.STANDARD;

  private static String subscribe(int id, String channel) {
    return "{\"id\":" + id + ",\"subscribe\":{\"channel\":\"" + channel + "\"}}";
  }

  private static String publish(int id, String channel, String json) {
    return "{\"id\":"
        + id
        + ",\"publish\":{\"channel\":\""
        + channel
        + "\",\"data\":"
        + json
        + "}}";
  }

  @Test
  void a_session_has_only_so_many_subscriptions() throws IOException {
    try (TestDoor door = TestDoor.start(TestHub.with().limits(limits(2, 10_000)).start(), s -> {});
        JsonClient client = JsonClient.connected(door.port())) {
      for (int i = 1; i <= 2; i++) {
        assertThat(client.ask(subscribe(i, "c" + i))).contains("\"subscribe\":");
      }
      for (int i = 3; i <= 50; i++) {
        assertThat(client.ask(subscribe(i, "c" + i)))
            .isEqualTo(
                "{\"id\":" + i + ",\"error\":{\"code\":106,\"message\":\"limit exceeded\"}}");
      }
      client.ask("{\"id\":60,\"unsubscribe\":{\"channel\":\"c1\"}}");
      assertThat(client.ask(subscribe(61, "c61"))).contains("\"subscribe\":");
    }
  }

  @Test
  void a_session_publishes_only_so_fast() throws IOException {
    try (TestDoor door = TestDoor.start(TestHub.with().limits(limits(100, 5)).start(), s -> {});
        JsonClient client = JsonClient.connected(door.port())) {
      List<String> replies = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        replies.add(client.ask(publish(i, "c", "1")));
      }
      assertThat(replies.getFirst()).isEqualTo("{\"id\":1,\"publish\":{}}");
      assertThat(replies)
          .contains(
              "{\"id\":20,\"error\":"
                  + "{\"code\":111,\"message\":\"too many requests\",\"temporary\":true}}");
    }
  }

  @Test
  void the_hub_takes_only_so_many_sessions() throws IOException {
    try (TestDoor door =
            TestDoor.start(TestHub.with().limits(sessions(1)).start(), settings -> {});
        JsonClient first = JsonClient.connected(door.port());
        JsonClient second = new JsonClient(door.port())) {
      second.send("{\"id\":1,\"connect\":{}}");
      assertThat(second.closing()).isEqualTo("3504 connection limit");
      assertThat(first.ask(subscribe(2, "a"))).contains("\"subscribe\":");
    }
  }

  @Test
  void a_message_over_the_limit_ends_the_connection_and_no_other() throws IOException {
    try (TestDoor door = TestDoor.start();
        JsonClient client = JsonClient.connected(door.port());
        JsonClient other = JsonClient.connected(door.port())) {
      String envelope = publish(2, "c", "\"\"");
      int room = WebSocketConfig.STANDARD.maxMessageBytes() - envelope.length();
      assertThat(client.ask(publish(2, "c", "\"" + "x".repeat(room) + "\"")))
          .isEqualTo("{\"id\":2,\"publish\":{}}");
      client.send(publish(2, "c", "\"" + "x".repeat(room + 1) + "\""));
      assertThat(client.closing()).isEqualTo("1009 message too large");
      assertThat(other.ask(subscribe(2, "a"))).contains("\"subscribe\":");
      TestDoor.await(() -> door.hub().hub().sessionCount() == 1);
    }
  }

  @Test
  void a_payload_over_its_rules_limit_is_refused() throws IOException {
    Rule rule = TestHub.rules().getFirst();
    Rule small =
        new Rule(
            rule.name(),
            List.of(ChannelFilter.of("#")),
            rule.guarantee(),
            rule.history(),
            rule.presence(),
            rule.joinLeave(),
            rule.overflow(),
            rule.latestBy(),
            10,
            rule.maxPublishesPerSecond(),
            rule.openTo(),
            rule.openToAnonymous());
    try (TestDoor door =
            TestDoor.start(TestHub.with().rules(List.of(small)).start(), settings -> {});
        JsonClient client = JsonClient.connected(door.port())) {
      assertThat(client.ask(publish(2, "c", "1234567890"))).contains("\"publish\":");
      assertThat(client.ask(publish(2, "c", "12345678901"))).contains("\"code\":106");
    }
  }

  @Test
  void a_frame_holds_only_so_many_commands() throws IOException {
    try (TestDoor door = TestDoor.start(settings -> settings.maxCommandsPerFrame = 3);
        JsonClient client = JsonClient.connected(door.port())) {
      client.send("{}", "{}", "{}");
      client.send("{}", "{}", "{}", "{}");
      assertThat(client.closing()).isEqualTo("3501 bad request");
    }
  }

  @Test
  void commands_beyond_what_may_be_unanswered_wait_their_turn() throws IOException {
    try (TestDoor door = TestDoor.start(settings -> settings.maxPendingCommands = 2);
        JsonClient client = JsonClient.connected(door.port())) {
      for (int frame = 0; frame < 20; frame++) {
        String[] commands = new String[100];
        for (int i = 0; i < commands.length; i++) {
          commands[i] = publish(1 + frame * 100 + i, "c", "1");
        }
        client.send(commands);
      }
      for (int i = 1; i <= 2_000; i++) {
        assertThat(client.next()).isEqualTo("{\"id\":" + i + ",\"publish\":{}}");
      }
    }
  }

  @Test
  void a_client_that_sends_and_never_reads_is_felt_by_no_other() throws Exception {
    try (TestDoor door =
            TestDoor.start(settings -> settings.writeTimeout = Duration.ofMillis(500));
        JsonClient greedy = JsonClient.connected(door.port());
        JsonClient other = JsonClient.connected(door.port())) {
      other.ask(publish(1, "history", "\"" + "x".repeat(60_000) + "\""));
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    greedy.send("{\"id\":2,\"history\":{\"channel\":\"history\",\"limit\":9}}");
                  }
                } catch (IOException dropped) {
                  Thread.currentThread().interrupt();
                }
              });
      TestDoor.await(() -> door.hub().hub().sessionCount() == 1);
      sender.join();
      door.awaitMetric(1, "polyhub.websocket.closes", "code", "1006");
      assertThat(other.ask(subscribe(2, "a"))).contains("\"subscribe\":");
    }
  }

  @Test
  void a_subscriber_that_does_not_read_is_closed_where_the_rule_says_so_and_no_other()
      throws IOException {
    try (TestDoor door = TestDoor.start();
        JsonClient deaf = JsonClient.connected(door.port());
        JsonClient reader = JsonClient.connected(door.port());
        JsonClient publisher = JsonClient.connected(door.port())) {
      deaf.ask(subscribe(2, "slow/disconnect/1"));
      reader.ask(subscribe(2, "slow/disconnect/1"));
      String payload = "\"" + "x".repeat(50_000) + "\"";
      int published = 0;
      while (door.hub().hub().sessionCount() == 3 && published < 1_000) {
        publisher.ask(publish(++published, "slow/disconnect/1", payload));
        assertThat(reader.next()).contains("\"pub\":");
      }
      assertThat(published).as("publications until it was closed").isLessThan(1_000);
      door.awaitMetric(1, "polyhub.websocket.closes", "code", "3008");
    }
  }

  @Test
  void a_subscriber_that_falls_behind_catches_up_from_the_log() throws IOException {
    try (TestDoor door = TestDoor.start();
        JsonClient late = JsonClient.connected(door.port());
        JsonClient publisher = JsonClient.connected(door.port())) {
      late.ask(subscribe(2, "caught/up"));
      String payload = "x".repeat(30_000);
      for (int i = 1; i <= 400; i++) {
        publisher.ask(publish(i, "caught/up", "\"" + i + payload + "\""));
      }
      for (int i = 1; i <= 400; i++) {
        assertThat(late.next())
            .startsWith("{\"push\":{\"channel\":\"caught/up\"")
            .contains("\"" + i + "x");
      }
    }
  }

  private static Limits limits(int subscriptions, int publishesPerSecond) {
    return limits(STANDARD.sessions(), subscriptions, publishesPerSecond);
  }

  private static Limits sessions(int sessions) {
    return limits(
        sessions, STANDARD.subscriptionsPerSession(), STANDARD.publishesPerSecondPerSession());
  }

  private static Limits limits(int sessions, int subscriptions, int publishesPerSecond) {
    return new Limits(
        sessions,
        STANDARD.sessionsPerUser(),
        subscriptions,
        publishesPerSecond,
        STANDARD.publishesPerSecondPerUser(),
        STANDARD.publishesPerSecond(),
        STANDARD.inFlightPerSession(),
        STANDARD.inFlight(),
        STANDARD.outboxBytes(),
        STANDARD.laneInbox(),
        STANDARD.historyPage(),
        STANDARD.historyPageBytes(),
        STANDARD.lastValues(),
        STANDARD.members(),
        STANDARD.headers(),
        STANDARD.headerBytes(),
        STANDARD.recoveryWindow(),
        STANDARD.admitWhileCutOff());
  }
}
