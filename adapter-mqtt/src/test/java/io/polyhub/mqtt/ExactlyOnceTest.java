package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.hub.TestHub;
import io.polyhub.mqtt.connection.ExchangeLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QoS 2 in both directions over the end of connections and processes, and from node to node. */
final class ExactlyOnceTest {

  private static final String KEEP = "11 00 00 0E 10 ; session expiry 3600 s";
  private static final String CLEAN = "02";
  private static final String GO_ON = "00";
  private static final int ROUNDS = 20;

  private final String prefix = "o" + UUID.randomUUID().toString().substring(0, 8);

  private static RawClient connect(int port, String id, String flags) throws IOException {
    return NodeDoor.connect(port, id, flags, KEEP);
  }

  /** Begins to keep what is published on p. */
  private static void keep(int port) throws IOException {
    try (RawClient reader = connect(port, "reader", CLEAN)) {
      reader.send("82 07 00 01 00 00 01 'p' 01 ; SUBSCRIBE with QoS 1");
      reader.expect("90 04 00 01 00 01");
      reader.send("E0 00 ; DISCONNECT");
      reader.expectClosed();
    }
  }

  /** The payloads of what was stored on p since, each of one letter. */
  private static String stored(int port) throws IOException {
    try (RawClient publisher = NodeDoor.connect(port, "last", CLEAN, "");
        RawClient reader = connect(port, "reader", GO_ON)) {
      publisher.send("32 07 00 01 'p' 00 01 00 '.' ; PUBLISH with QoS 1");
      assertThat(publisher.read()).as("PUBACK").startsWith(0x40);
      StringBuilder found = new StringBuilder();
      byte[] packet = reader.read();
      while (packet[packet.length - 1] != '.') {
        found.append((char) packet[packet.length - 1]);
        packet = reader.read();
      }
      return found.toString();
    }
  }

  private static void publish(RawClient client, String payload) throws IOException {
    publishOnly(client, "34", payload);
    client.expect("50 02 00 05 ; PUBREC");
  }

  private static void release(RawClient client) throws IOException {
    client.send("62 02 00 05 ; PUBREL");
    client.expect("70 02 00 05 ; PUBCOMP, success");
  }

  @Test
  void a_repeat_after_kill_9_is_stored_once_and_the_next_use_of_its_identifier_too(
      @TempDir Path directory) throws IOException {
    try (DoorProcess killed = DoorProcess.start(directory)) {
      keep(killed.port());
      publish(connect(killed.port(), "once", CLEAN), "a");
    }
    try (DoorProcess killed = DoorProcess.start(directory)) {
      RawClient client = connect(killed.port(), "once", GO_ON);
      client.send("3C 07 00 01 'p' 00 05 00 'a' ; the same, marked as a duplicate");
      client.expect("50 02 00 05 ; PUBREC");
      release(client);
      publish(client, "a");
      release(client);
    }
    try (DoorProcess last = DoorProcess.start(directory);
        RawClient client = connect(last.port(), "once", GO_ON)) {
      publish(client, "a");
      release(client);
      assertThat(stored(last.port())).isEqualTo("aaa");
    }
  }

  @Test
  void a_release_after_kill_9_is_answered_with_success(@TempDir Path directory) throws IOException {
    try (DoorProcess killed = DoorProcess.start(directory)) {
      keep(killed.port());
      publish(connect(killed.port(), "once", CLEAN), "a");
    }
    try (DoorProcess killed = DoorProcess.start(directory)) {
      release(connect(killed.port(), "once", GO_ON));
    }
    try (DoorProcess last = DoorProcess.start(directory);
        RawClient client = connect(last.port(), "once", GO_ON)) {
      release(client); // as one whose PUBCOMP was lost
      publish(client, "b");
      release(client);
      assertThat(stored(last.port())).isEqualTo("ab");
    }
  }

  @Test
  void a_subscriber_gets_nothing_again_after_kill_9_but_what_it_knows_by_its_identifier(
      @TempDir Path directory) throws IOException {
    try (DoorProcess killed = DoorProcess.start(directory);
        RawClient publisher = connect(killed.port(), "publisher", CLEAN)) {
      RawClient client = connect(killed.port(), "subscriber", CLEAN);
      client.send("82 07 00 01 00 00 01 'p' 02 ; SUBSCRIBE with QoS 2");
      client.expect("90 04 00 01 00 02");
      for (String payload : List.of("1", "2", "3")) {
        publish(publisher, payload);
        release(publisher);
      }
      client.expect(
          "34 07 00 01 'p' 00 01 00 '1'",
          "34 07 00 01 'p' 00 02 00 '2'",
          "34 07 00 01 'p' 00 03 00 '3'");
      client.send("50 02 00 01 ; PUBREC 1", "50 02 00 03 ; PUBREC 3");
      client.expect("62 02 00 01 ; PUBREL 1", "62 02 00 03 ; PUBREL 3");
      client.send("70 02 00 03 ; PUBCOMP 3");
    }
    try (DoorProcess last = DoorProcess.start(directory);
        RawClient client = connect(last.port(), "subscriber", GO_ON)) {
      client.expect("62 02 00 01 ; PUBREL 1 again");
      byte[] next = client.read();
      if (Bytes.hex(next).equals("62 02 00 03")) {
        next = client.read(); // that the client has forgotten 3 need not be stored
      }
      assertThat(Bytes.hex(next)).isEqualTo(Bytes.hex(Bytes.of("3C 07 00 01 'p' 00 02 00 '2'")));
      client.expectNothing();
    }
  }

  @Test
  void a_publication_whose_connection_is_cut_and_that_is_repeated_at_another_node_is_stored_once()
      throws IOException {
    URI nats = NatsServers.shared().uris().getFirst();
    try (NodeDoor a = NodeDoor.start(nats, prefix);
        NodeDoor b = NodeDoor.start(nats, prefix)) {
      a.hears(2);
      b.hears(2);
      keep(a.port());
      StringBuilder sent = new StringBuilder();
      for (int round = 0; round < ROUNDS; round++) {
        String payload = String.valueOf((char) ('a' + round));
        try (RawClient client = connect(a.port(), "once" + round, CLEAN)) {
          client.send("34 07 00 01 'q' 00 06 00 '!' ; PUBLISH with QoS 2, to be under way");
          client.expect("50 02 00 06");
          publishOnly(client, "34", payload);
        }
        try (RawClient client = connect(b.port(), "once" + round, GO_ON)) {
          publishOnly(client, "3C", payload);
          client.expect("50 02 00 05 ; PUBREC");
          release(client);
        }
        sent.append(payload);
      }
      assertThat(stored(b.port())).isEqualTo(sent.toString());
    }
  }

  @Test
  void a_release_and_a_publication_wait_until_the_session_can_be_stored() throws IOException {
    try (NatsServers server = NatsServers.start(1);
        NodeDoor door = NodeDoor.start(server.uris().getFirst(), prefix);
        RawClient client = connect(door.port(), "patient", CLEAN)) {
      publish(client, "a");
      server.pause(0);
      client.send(
          "62 02 00 05                   ; PUBREL 5",
          "34 07 00 01 'p' 00 45 00 'b'  ; PUBLISH with an identifier of the same class");
      Eventually.holds(() -> door.count("polyhub.mqtt.sessions.saves.failed") > 0);
      server.resume(0);
      client.expect("70 02 00 05 ; PUBCOMP 5", "50 02 00 45 ; PUBREC");
    }
  }

  @Test
  void a_publication_that_may_be_stored_or_not_is_told_so_or_with_qos_2_repeated()
      throws IOException {
    try (NatsServers server = NatsServers.start(1);
        NodeDoor door = NodeDoor.start(server.uris().getFirst(), prefix);
        RawClient other = NodeDoor.connect(door.port(), "other", CLEAN, "");
        RawClient first = connect(door.port(), "once", CLEAN)) {
      keep(door.port());
      publish(first, "a");
      release(first);
      server.pause(0);
      other.send("32 07 00 01 'p' 00 01 00 '1' ; PUBLISH with QoS 1");
      publishOnly(first, "34", "b");
      byte[] puback = other.read();
      assertThat(Bytes.hex(puback))
          .startsWith("40 ")
          .contains(Bytes.hex(Bytes.of("00 01 83")))
          .contains(Bytes.hex(Bytes.of("26 00 0F 'polyhub-outcome' 00 07 'unknown'")));
      assertThat(Bytes.hex(first.readToEnd())).as("DISCONNECT").startsWith("E0 ").contains("83");
      server.resume(0);
      Eventually.holds(door::isReady);
      try (RawClient second = connect(door.port(), "once", GO_ON)) {
        publishOnly(second, "3C", "b");
        second.expect("50 02 00 05 ; PUBREC");
        release(second);
      }
      assertThat(stored(door.port()).replace("1", "")).isEqualTo("ab");
    }
  }

  private static void publishOnly(RawClient client, String type, String payload)
      throws IOException {
    client.send(type + " 07 00 01 'p' 00 05 00 '" + payload + "' ; PUBLISH with QoS 2");
  }

  @Test
  void a_release_and_the_next_use_of_the_class_of_its_identifier_may_come_at_once(
      @TempDir Path directory) throws IOException {
    EmbeddedConfig durable = EmbeddedConfig.in(directory);
    try (TestDoor door =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient client = connect(door.port(), "swift", CLEAN)) {
      keep(door.port());
      publish(client, "a");
      client.send(
          "62 02 00 05                  ; PUBREL 5",
          "34 07 00 01 'p' 00 45 00 'b' ; PUBLISH with an identifier of the same class");
      client.expect("70 02 00 05 ; PUBCOMP 5", "50 02 00 45 ; PUBREC");
      assertThat(stored(door.port())).isEqualTo("ab");
    }
  }

  @Test
  void more_releases_at_once_than_may_wait_are_all_answered(@TempDir Path directory)
      throws IOException {
    EmbeddedConfig durable = EmbeddedConfig.in(directory);
    int releases = 3 * ExchangeLimits.STANDARD.receiveMaximum();
    try (TestDoor door =
        TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard())) {
      connect(door.port(), "many", CLEAN).close();
      try (RawClient client = connect(door.port(), "many", GO_ON)) {
        List<String> sent = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int id = 1; id <= releases; id++) {
          sent.add(String.format("62 02 %02X %02X", id >> 8, id & 0xFF));
          expected.add(String.format("70 02 %02X %02X", id >> 8, id & 0xFF));
        }
        client.send(sent.toArray(String[]::new));
        client.expect(expected.toArray(String[]::new));
        assertThat(door.count("polyhub.mqtt.sessions.saves")).isLessThan(releases);
      }
    }
  }
}
