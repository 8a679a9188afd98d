package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.nats.NatsServers;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions, wills, retained messages and shared subscriptions on nodes that share a NATS. */
final class SeveralNodesTest {

  private static final String KEEP = "11 00 00 0E 10 ; session expiry 3600 s";
  private static final String CLEAN = "02";
  private static final String GO_ON = "00";
  private static final String WITH_WILL = "06";
  private static final String WILL = "00 00 04 'will' 00 03 'bye'";

  private final String prefix = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final URI nats = NatsServers.shared().uris().getFirst();
  private NodeDoor a;
  private NodeDoor b;

  @BeforeEach
  void open() throws IOException {
    a = NodeDoor.start(nats, prefix);
    b = NodeDoor.start(nats, prefix);
    a.hears(2);
    b.hears(2);
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
  }

  private static RawClient connect(NodeDoor to, String id, String flags, String properties)
      throws IOException {
    return NodeDoor.connect(to.port(), id, flags, properties);
  }

  private static void subscribe(RawClient client, String filter, int qos) throws IOException {
    String length = String.format("%02X", filter.length());
    String rest = String.format("%02X", filter.length() + 6);
    client.send("82 " + rest + " 00 01 00 00 " + length + " '" + filter + "' 0" + qos);
    client.expect("90 04 00 01 00 0" + qos);
  }

  /** Publishes with QoS 2, so that it comes with the QoS that was granted. */
  private static void publish(RawClient by, String payload) throws IOException {
    String rest = String.format("%02X", payload.length() + 6);
    by.send("34 " + rest + " 00 01 'p' 00 07 00 '" + payload + "'");
    assertThat(by.read()).as("PUBREC").startsWith(0x50);
    by.send("62 02 00 07");
    assertThat(by.read()).as("PUBCOMP").startsWith(0x70);
  }

  @Test
  void a_session_goes_on_at_another_node_exactly_where_it_was() throws IOException {
    try (RawClient publisher = connect(b, "publisher", CLEAN, "")) {
      for (int qos = 1; qos <= 2; qos++) {
        String first = qos == 1 ? "32" : "34";
        String again = qos == 1 ? "3A" : "3C";
        try (RawClient client = connect(a, "mover" + qos, CLEAN, KEEP)) {
          subscribe(client, "p", qos);
          publish(publisher, "1");
          publish(publisher, "2");
          publish(publisher, "3");
          client.expect(
              first + " 07 00 01 'p' 00 01 00 '1'",
              first + " 07 00 01 'p' 00 02 00 '2'",
              first + " 07 00 01 'p' 00 03 00 '3'");
          if (qos == 1) {
            client.send("40 02 00 02 ; PUBACK 2");
          } else {
            client.send("50 02 00 02 ; PUBREC 2");
            client.expect("62 02 00 02 ; PUBREL 2");
            client.send("70 02 00 02 ; PUBCOMP 2");
          }
          client.expectNothing();
          client.vanish();
        }
        publish(publisher, "4");
        publish(publisher, "5");
        try (RawClient client = connect(b, "mover" + qos, GO_ON, KEEP)) {
          client.expect(
              again + " 07 00 01 'p' 00 01 00 '1' ; again",
              again + " 07 00 01 'p' 00 03 00 '3' ; again");
          for (char c = '4'; c <= '5'; c++) {
            byte[] next = client.read();
            if (next[0] == 0x62) {
              next = client.read(); // releases what the client might remember of the identifier
            }
            assertThat(next).startsWith(qos == 1 ? 0x32 : 0x34).endsWith(c);
          }
        }
      }
    }
  }

  @Test
  void a_client_that_comes_to_another_node_takes_its_session_over() throws IOException {
    try (RawClient publisher = connect(a, "publisher", CLEAN, "");
        RawClient first = connect(a, "twin", CLEAN, KEEP)) {
      subscribe(first, "p", 1);
      try (RawClient second = connect(b, "twin", GO_ON, KEEP)) {
        byte[] goodbye = first.readToEnd();
        assertThat(Bytes.hex(goodbye)).startsWith("E0 ");
        assertThat(goodbye[2] & 0xFF).as("session taken over").isEqualTo(0x8E);
        publish(publisher, "x");
        assertThat(second.read()).startsWith(0x32).endsWith('x');
        assertThat(a.gauge("polyhub.mqtt.sessions.stored")).isZero();
        assertThat(b.gauge("polyhub.mqtt.sessions.stored")).isEqualTo(1);
      }
    }
  }

  @Test
  void the_will_of_a_client_whose_node_is_killed_is_published_once() throws IOException {
    try (RawClient one = connect(a, "one", CLEAN, "");
        RawClient two = connect(b, "two", CLEAN, "")) {
      subscribe(one, "will", 0);
      subscribe(two, "will", 0);
      try (DoorProcess killed = DoorProcess.start(nats, prefix)) {
        a.hears(3);
        b.hears(3);
        NodeDoor.connect(killed.port(), "mortal", WITH_WILL, "", WILL);
      }
      one.expect("30 0A 00 04 'will' 00 'bye'");
      two.expect("30 0A 00 04 'will' 00 'bye'");
      a.hears(2);
      b.hears(2);
      Eventually.holds(() -> a.gauge("polyhub.mqtt.wills.kept") == 0);
      Eventually.holds(() -> b.gauge("polyhub.mqtt.wills.kept") == 0);
      Eventually.holds(() -> a.count("polyhub.mqtt.wills") + b.count("polyhub.mqtt.wills") == 1);
      one.expectNothing();
      two.expectNothing();
    }
  }

  @Test
  void a_session_of_a_node_that_is_killed_goes_on_at_another() throws IOException {
    try (RawClient publisher = connect(b, "publisher", CLEAN, "")) {
      try (DoorProcess killed = DoorProcess.start(nats, prefix)) {
        RawClient client = NodeDoor.connect(killed.port(), "survivor", CLEAN, KEEP);
        subscribe(client, "p", 1);
        client.send("E0 00 ; DISCONNECT, which stores the session");
        client.expectClosed();
      }
      publish(publisher, "x");
      try (RawClient client = connect(a, "survivor", GO_ON, KEEP)) {
        assertThat(client.read()).endsWith('x');
      }
    }
  }

  @Test
  void what_a_suback_grants_survives_the_node_that_is_killed_right_after_it() throws IOException {
    try (RawClient publisher = connect(b, "publisher", CLEAN, "")) {
      try (DoorProcess killed = DoorProcess.start(nats, prefix)) {
        RawClient client = NodeDoor.connect(killed.port(), "granted", CLEAN, KEEP);
        subscribe(client, "p", 1);
      }
      publish(publisher, "x");
      try (RawClient client = connect(a, "granted", GO_ON, KEEP)) {
        assertThat(client.read()).endsWith('x');
      }
    }
  }

  @Test
  void a_subscription_that_cannot_be_stored_with_its_session_is_refused() throws IOException {
    try (NatsServers server = NatsServers.start(1);
        NodeDoor door = NodeDoor.start(server.uris().getFirst(), prefix);
        RawClient kept = connect(door, "kept", CLEAN, KEEP);
        RawClient passing = connect(door, "passing", CLEAN, "")) {
      server.kill(0);
      kept.send("82 0B 00 01 00 00 05 'amo/x' 20 ; SUBSCRIBE without retained messages");
      passing.send("82 0B 00 01 00 00 05 'amo/x' 20");
      passing.expect("90 04 00 01 00 00");
      kept.expect(
          "90 24 00 01 20 1F 00 1D 'implementation specific error' 83 ; implementation specific"
              + " error");
      passing.send("30 09 00 05 'amo/x' 00 '!'");
      passing.expect("30 09 00 05 'amo/x' 00 '!'");
      kept.expectNothing();
    }
  }

  @Test
  void retained_messages_are_there_on_every_node() throws IOException {
    try (RawClient publisher = connect(a, "publisher", CLEAN, "")) {
      publisher.send("33 0B 00 04 'kept' 00 07 00 'ok' ; PUBLISH, QoS 1, retain");
      assertThat(publisher.read()).as("PUBACK").startsWith(0x40);
    }
    try (RawClient late = connect(b, "late", CLEAN, "")) {
      subscribe(late, "kept", 0);
      late.expect("31 09 00 04 'kept' 00 'ok'");
    }
  }

  /** Reads what has come with QoS 0; gives the payloads. */
  private static List<String> payloads(List<RawClient> members) throws IOException {
    List<String> found = new ArrayList<>();
    for (RawClient client : members) {
      client.send("C0 00 ; PINGREQ");
      byte[] packet = client.read();
      while ((packet[0] & 0xF0) == 0x30) {
        found.add(new String(packet, packet.length - 5, 5, StandardCharsets.UTF_8));
        packet = client.read();
      }
    }
    return found;
  }

  private double delivered() {
    return a.count("polyhub.messages.out") + b.count("polyhub.messages.out");
  }

  private static RawClient member(NodeDoor of, String id) throws IOException {
    RawClient client = connect(of, id, CLEAN, "");
    subscribe(client, "$share/g/p", 0);
    return client;
  }

  @Test
  void a_shared_subscription_over_nodes_gets_each_publication_once() throws IOException {
    List<RawClient> onA = List.of(member(a, "a1"), member(a, "a2"));
    List<RawClient> onB = new ArrayList<>();
    List<String> sent = new ArrayList<>();
    try (RawClient atA = connect(a, "pa", CLEAN, "");
        RawClient atB = connect(b, "pb", CLEAN, "")) {
      for (int i = 0; i < 300; i++) {
        if (i == 100) {
          onB.add(member(b, "b1"));
        }
        String text = String.format("%05d", i);
        publish(i % 2 == 0 ? atA : atB, text);
        sent.add(text);
        if (i == 200) {
          Eventually.holds(() -> delivered() == 201);
        }
      }
      Eventually.holds(() -> delivered() == 300);
      List<String> gotA = payloads(onA);
      List<String> gotB = payloads(onB);
      assertThat(gotB).hasSizeBetween(40, 160);
      List<String> got = new ArrayList<>(gotA);
      got.addAll(gotB);
      assertThat(got).containsExactlyInAnyOrderElementsOf(sent);
      for (RawClient client : onB) {
        client.send("E0 00");
        client.expectClosed();
      }
      for (int i = 300; i < 340; i++) {
        publish(atA, String.format("%05d", i));
      }
      Eventually.holds(() -> delivered() == 340);
      assertThat(payloads(onA)).hasSize(40);
    }
    for (RawClient client : onA) {
      client.close();
    }
  }

  @Test
  void what_a_killed_nodes_members_were_to_get_the_others_get() throws IOException {
    List<RawClient> here = List.of(member(a, "a1"), member(b, "b1"));
    try (RawClient publisher = connect(a, "publisher", CLEAN, "")) {
      try (DoorProcess killed = DoorProcess.start(nats, prefix)) {
        a.hears(3);
        b.hears(3);
        RawClient gone = NodeDoor.connect(killed.port(), "gone", CLEAN, "");
        subscribe(gone, "$share/g/p", 0);
        for (int i = 0; i < 30; i++) {
          publish(publisher, String.format("%05d", i));
        }
      }
      List<String> after = new ArrayList<>();
      for (int i = 30; i < 90; i++) {
        String text = String.format("%05d", i);
        publish(publisher, text);
        after.add(text);
      }
      a.hears(2);
      b.hears(2);
      List<String> got = new ArrayList<>();
      Eventually.holds(() -> {
        try {
          got.addAll(payloads(here));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
        return got.containsAll(after);
      });
      assertThat(got.stream().filter(after::contains)).doesNotHaveDuplicates();
    }
    for (RawClient client : here) {
      client.close();
    }
  }

  @Test
  void the_will_of_a_client_that_comes_to_another_node_when_its_own_goes_down_is_void()
      throws IOException {
    try (RawClient watcher = connect(b, "watcher", CLEAN, "")) {
      subscribe(watcher, "will", 1);
      NodeDoor.connect(a.port(), "dev", WITH_WILL, "", WILL);
      a.close();
      try (RawClient back = NodeDoor.connect(b.port(), "dev", WITH_WILL, "", WILL)) {
        Eventually.holds(() -> b.count("polyhub.mqtt.wills.inherited") == 1);
        Eventually.holds(() -> b.gauge("polyhub.mqtt.wills.kept") == 1);
        back.expectNothing();
        watcher.expectNothing();
        assertThat(b.count("polyhub.mqtt.wills")).isZero();
      }
      a = NodeDoor.start(nats, prefix);
    }
  }
}
