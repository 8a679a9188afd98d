package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.hub.TestHub;
import io.polyhub.mqtt.session.ClientSessions;
import io.polyhub.mqtt.session.PacketIdUses;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionStore;
import io.polyhub.mqtt.session.StoredSessionCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a connection, and what does not. */
final class PersistentSessionTest {

  private static final String KEEP = "11 00 00 0E 10 ; session expiry 3600 s";
  private static final String CLEAN = "02";
  private static final String GO_ON = "00";

  @Test
  void what_was_published_while_the_client_was_away_comes_in_order() throws IOException {
    try (TestDoor door = TestDoor.open();
        RawClient publisher = RawClient.connectV3(door)) {
      try (RawClient client = RawClient.connectV5(door, "away", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("82 07 00 01 00 00 01 'p' 01 ; SUBSCRIBE with QoS 1");
        client.expect("90 04 00 01 00 01");
        client.send("E0 00 ; DISCONNECT");
        client.expectClosed();
      }
      for (char c = '1'; c <= '3'; c++) {
        publish(publisher, c);
      }
      try (RawClient client = RawClient.connectV5(door, "away", GO_ON, KEEP)) {
        client.expectAccepted(true);
        client.expect(
            "32 07 00 01 'p' 00 01 00 '1'",
            "32 07 00 01 'p' 00 02 00 '2'",
            "32 07 00 01 'p' 00 03 00 '3'");
      }
    }
  }

  private static void publish(RawClient publisher, char payload) throws IOException {
    publisher.send("32 06 00 01 'p' 00 01 '" + payload + "' ; PUBLISH with QoS 1");
    publisher.expect("40 02 00 01");
  }

  @Test
  void what_was_not_acknowledged_is_sent_again_with_its_identifier_before_anything_new()
      throws IOException {
    try (TestDoor door = TestDoor.open();
        RawClient publisher = RawClient.connectV3(door)) {
      try (RawClient client = RawClient.connectV5(door, "dup", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("82 07 00 01 00 00 01 'p' 02 ; SUBSCRIBE with QoS 2");
        client.expect("90 04 00 01 00 02");
        publish(publisher, '1');
        publish(publisher, '2');
        client.expect("32 07 00 01 'p' 00 01 00 '1'", "32 07 00 01 'p' 00 02 00 '2'");
        publisher.send("34 06 00 01 'p' 00 09 '3' ; PUBLISH with QoS 2");
        publisher.expect("50 02 00 09");
        publisher.send("62 02 00 09");
        publisher.expect("70 02 00 09");
        client.expect("34 07 00 01 'p' 00 03 00 '3'");
        client.send("40 02 00 01 ; PUBACK 1", "50 02 00 03 ; PUBREC 3");
        client.expect("62 02 00 03 ; PUBREL 3");
        client.vanish();
      }
      Eventually.holds(() -> door.gauge("polyhub.connections") == 1);
      publish(publisher, '4');
      try (RawClient client = RawClient.connectV5(door, "dup", GO_ON, KEEP)) {
        client.expectAccepted(true);
        client.expect(
            "3A 07 00 01 'p' 00 02 00 '2' ; again, marked as a duplicate",
            "62 02 00 03                  ; PUBREL 3 again",
            "32 07 00 01 'p' 00 04 00 '4' ; what is new");
      }
    }
  }

  @Test
  void a_publication_with_qos_2_sent_again_after_a_reconnect_is_published_once()
      throws IOException {
    try (TestDoor door = TestDoor.open();
        RawClient subscriber = RawClient.connectV3(door)) {
      subscriber.send("82 06 00 01 00 01 'p' 00");
      subscriber.expect("90 03 00 01 00");
      try (RawClient client = RawClient.connectV5(door, "once", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("34 07 00 01 'p' 00 05 00 '!' ; PUBLISH with QoS 2");
        client.expect("50 02 00 05 ; PUBREC");
        client.vanish();
      }
      subscriber.expect("30 04 00 01 'p' '!'");
      try (RawClient client = RawClient.connectV5(door, "once", GO_ON, KEEP)) {
        client.expectAccepted(true);
        client.send("3C 07 00 01 'p' 00 05 00 '!' ; the same, marked as a duplicate");
        client.expect("50 02 00 05 ; PUBREC");
        client.send("62 02 00 05 ; PUBREL");
        client.expect("70 02 00 05 ; PUBCOMP");
      }
      subscriber.expectNothing();
    }
  }

  @Test
  void without_storing_first_the_record_of_unreleased_identifiers_is_void_before_the_connack()
      throws IOException {
    MqttConfig config = new TestConfig().storeFirst(false).build();
    try (TestDoor door = TestDoor.open(TestHub.start(), config)) {
      try (RawClient client = RawClient.connectV5(door, "once", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("34 07 00 01 'p' 00 05 00 '!' ; PUBLISH with QoS 2");
        client.expect("50 02 00 05 ; PUBREC");
        client.vanish();
      }
      Eventually.holds(() -> unreleased(door, "once").contains(5));
      try (RawClient client = RawClient.connectV5(door, "once", GO_ON, KEEP)) {
        client.expectAccepted(true);
        assertThat(unreleased(door, "once")).isEmpty();
      }
    }
  }

  /** What the next connection would be given if the process died now. */
  private static List<Integer> unreleased(TestDoor door, String clientId) {
    return door
        .hub()
        .hub()
        .records(SessionStore.RECORDS)
        .get(ClientSessions.key("", clientId))
        .toCompletableFuture()
        .join()
        .flatMap(StoredSessionCodec::decode)
        .map(stored -> SessionData.restored(stored).uses().toStored().open())
        .orElse(List.of())
        .stream()
        .map(PacketIdUses.StoredUse::packetId)
        .toList();
  }

  @Test
  void a_session_survives_the_process_with_its_place(@TempDir Path directory) throws IOException {
    EmbeddedConfig durable = EmbeddedConfig.in(directory);
    try (TestDoor door =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient publisher = RawClient.connectV3(door);
        RawClient client = RawClient.connectV5(door, "stays", CLEAN, KEEP)) {
      client.expectAccepted(false);
      client.send("82 09 00 01 02 0B 07 00 01 'p' 01 ; SUBSCRIBE, identifier 7, QoS 1");
      client.expect("90 04 00 01 00 01");
      publish(publisher, '1');
      publish(publisher, '2');
      client.expect("32 09 00 01 'p' 00 01 02 0B 07 '1'", "32 09 00 01 'p' 00 02 02 0B 07 '2'");
      client.send("40 02 00 01 ; PUBACK 1, but not 2");
      client.expectNothing();
      client.vanish();
    }
    try (TestDoor door =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient publisher = RawClient.connectV3(door)) {
      publish(publisher, '3');
      try (RawClient client = RawClient.connectV5(door, "stays", GO_ON, KEEP)) {
        client.expectAccepted(true);
        assertThat(client.read()).endsWith(7, '2');
        assertThat(client.read()).endsWith(7, '3');
        client.expectNothing();
      }
    }
  }

  @Test
  void an_identifier_that_the_client_may_remember_is_released_before_it_stands_for_something_new(
      @TempDir Path directory) throws IOException {
    EmbeddedConfig durable = EmbeddedConfig.in(directory);
    try (TestDoor door =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient client = RawClient.connectV5(door, "stays", CLEAN, KEEP)) {
      client.expectAccepted(false);
      client.send("82 07 00 01 00 00 01 'p' 02 ; SUBSCRIBE with QoS 2");
      client.expect("90 04 00 01 00 02");
      client.vanish();
    }
    try (TestDoor door =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient publisher = RawClient.connectV3(door);
        RawClient client = RawClient.connectV5(door, "stays", GO_ON, KEEP)) {
      client.expectAccepted(true);
      publisher.send("34 06 00 01 'p' 00 09 '1' ; PUBLISH with QoS 2");
      publisher.expect("50 02 00 09");
      client.expect("62 02 20 01 ; PUBREL", "34 07 00 01 'p' 20 01 00 '1' ; PUBLISH");
      client.send("70 03 20 01 92 ; PUBCOMP, not found", "50 02 20 01 ; PUBREC");
      client.expect("62 02 20 01 ; PUBREL");
      client.send("70 02 20 01 ; PUBCOMP");
      publish(publisher, '2');
      client.expect("32 07 00 01 'p' 20 02 00 '2' ; QoS 1: none is remembered");
    }
  }

  @Test
  void where_history_no_longer_reaches_back_the_client_is_told() throws IOException {
    Rule narrow =
        TestHub.rule(
            "narrow",
            "#",
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(2, 1_000_000, Duration.ofDays(1)),
            OverflowPolicy.CATCH_UP);
    TestHub hub = TestHub.with().rules(List.of(narrow)).start();
    try (TestDoor door = TestDoor.open(hub, TestConfig.standard());
        RawClient publisher = RawClient.connectV3(door)) {
      try (RawClient client = RawClient.connectV5(door, "late", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("82 07 00 01 00 00 01 'p' 01 ; SUBSCRIBE with QoS 1");
        client.expect("90 04 00 01 00 01");
        publish(publisher, '0');
        client.expect("32 07 00 01 'p' 00 01 00 '0'");
        client.send("40 02 00 01", "E0 00");
        client.expectClosed();
      }
      for (char c = '1'; c <= '9'; c++) {
        publish(publisher, c);
      }
      try (RawClient client = RawClient.connectV5(door, "late", GO_ON, KEEP)) {
        byte[] connack = client.expectAccepted(true);
        assertThat(Bytes.hex(connack))
            .contains(Bytes.hex(Bytes.of("26 00 11 'polyhub-recovered' 00 05 'false'")));
        assertThat(door.count("polyhub.mqtt.sessions.unrecovered")).isEqualTo(1);
        assertThat(client.read()).as("what is left").endsWith('8');
        assertThat(client.read()).endsWith('9');
      }
    }
  }

  @Test
  void a_clean_start_forgets() throws IOException {
    try (TestDoor door = TestDoor.open();
        RawClient publisher = RawClient.connectV3(door)) {
      try (RawClient client = RawClient.connectV5(door, "anew", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("82 07 00 01 00 00 01 'p' 01");
        client.expect("90 04 00 01 00 01");
      }
      try (RawClient client = RawClient.connectV5(door, "anew", CLEAN, KEEP)) {
        client.expectAccepted(false);
        publish(publisher, '1');
        client.expectNothing();
      }
    }
  }

  @Test
  void a_session_that_ends_with_its_connection_is_not_there_afterwards() throws IOException {
    try (TestDoor door = TestDoor.open()) {
      try (RawClient client = RawClient.connectV5(door, "short", GO_ON, "")) {
        client.expectAccepted(false);
        client.send("E0 00");
        client.expectClosed();
      }
      try (RawClient client = RawClient.connectV5(door, "short", GO_ON, KEEP)) {
        client.expectAccepted(false);
        client.send("E0 07 00 05 11 00 00 00 00 ; DISCONNECT, session expiry 0");
        client.expectClosed();
      }
      try (RawClient client = RawClient.connectV5(door, "short", GO_ON, "")) {
        client.expectAccepted(false);
      }
    }
  }

  @Test
  void a_session_ends_when_its_time_is_over() throws IOException {
    SettableClock clock = new SettableClock();
    try (TestDoor door = TestDoor.open(TestHub.with().start(), TestConfig.standard(), clock)) {
      try (RawClient client = RawClient.connectV5(door, "timed", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("E0 00");
        client.expectClosed();
      }
      assertThat(door.gauge("polyhub.mqtt.sessions.stored")).isEqualTo(1);
      clock.advance(Duration.ofSeconds(3601));
      Eventually.holds(() -> door.gauge("polyhub.mqtt.sessions.stored") == 0);
      try (RawClient client = RawClient.connectV5(door, "timed", GO_ON, KEEP)) {
        client.expectAccepted(false);
      }
    }
  }

  @Test
  void one_session_more_than_the_limit_is_refused() throws IOException {
    MqttConfig config = new TestConfig().sessionsMax(1).build();
    try (TestDoor door = TestDoor.open(TestHub.start(), config);
        RawClient one = RawClient.connectV5(door, "one", CLEAN, KEEP)) {
      one.expectAccepted(false);
      try (RawClient two = RawClient.connectV5(door, "two", CLEAN, KEEP)) {
        two.expect("20 14 00 97 11 1F 00 0E 'quota exceeded' ; CONNACK, quota exceeded");
        two.expectClosed();
      }
    }
  }

  @Test
  void what_does_not_fit_the_memory_for_clients_away_is_read_from_the_log_again()
      throws IOException {
    MqttConfig config = new TestConfig().detachedBytesMax(0).build();
    try (TestDoor door = TestDoor.open(TestHub.start(), config);
        RawClient publisher = RawClient.connectV3(door)) {
      double saves;
      try (RawClient client = RawClient.connectV5(door, "big", CLEAN, KEEP)) {
        client.expectAccepted(false);
        client.send("82 07 00 01 00 00 01 'p' 01");
        client.expect("90 04 00 01 00 01");
        publish(publisher, '1');
        client.expect("32 07 00 01 'p' 00 01 00 '1'");
        saves = door.count("polyhub.mqtt.sessions.saves");
        client.send("E0 00 ; DISCONNECT, without a PUBACK");
        client.expectClosed();
      }
      Eventually.holds(() -> door.count("polyhub.mqtt.sessions.saves") > saves);
      try (RawClient client = RawClient.connectV5(door, "big", GO_ON, KEEP)) {
        client.expectAccepted(true);
        assertThat(client.read()).endsWith('1');
      }
      assertThat(door.gauge("polyhub.mqtt.sessions.kept.bytes")).isZero();
    }
  }

  @Test
  void a_client_that_comes_twice_takes_its_session_over() throws IOException {
    try (TestDoor door = TestDoor.open();
        RawClient first = RawClient.connectV5(door, "twin", CLEAN, KEEP)) {
      first.expectAccepted(false);
      try (RawClient second = RawClient.connectV5(door, "twin", GO_ON, KEEP)) {
        second.expectAccepted(true);
        byte[] goodbye = first.readToEnd();
        assertThat(Bytes.hex(goodbye)).startsWith("E0 ");
        assertThat(goodbye[2] & 0xFF).as("session taken over").isEqualTo(0x8E);
        second.expectNothing();
      }
    }
  }
}
