package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions that share what they match (section 4.8.2), on one node. */
final class SharedSubscriptionTest {

  private static final String KEEP = "11 00 00 0E 10 ; session expiry 3600 s";
  private static final String CLEAN = "02";
  private static final String GO_ON = "00";

  /** SUBSCRIBE to {@code $share/g/p}, QoS in the last byte. */
  private static final String SUBSCRIBE = "82 10 00 01 00 00 0A '$share/g/p' ";

  private final SettableClock clock = new SettableClock();
  private TestDoor door;
  private RawClient publisher;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open(TestHub.start(), TestConfig.standard(), clock);
    publisher = RawClient.connectV3(door);
  }

  @AfterEach
  void close() throws IOException {
    publisher.close();
    door.close();
  }

  private static RawClient member(TestDoor door, String id, String flags, String properties)
      throws IOException {
    RawClient client = RawClient.connectV5(door, id, flags, properties);
    client.expectAccepted(flags.equals(GO_ON));
    return client;
  }

  private RawClient member(String id, int qos) throws IOException {
    RawClient client = member(door, id, CLEAN, "");
    subscribe(client, qos);
    return client;
  }

  private static void subscribe(RawClient client, int qos) throws IOException {
    client.send(SUBSCRIBE + "0" + qos);
    client.expect("90 04 00 01 00 0" + qos);
  }

  private static void publish(RawClient by, char payload) throws IOException {
    by.send("32 06 00 01 'p' 00 07 '" + payload + "' ; PUBLISH with QoS 1");
    by.expect("40 02 00 07 ; PUBACK");
  }

  /** Reads publications with QoS 0 until the answer to a ping; gives their last bytes. */
  private static List<Character> payloads(RawClient client) throws IOException {
    List<Character> found = new ArrayList<>();
    client.send("C0 00 ; PINGREQ");
    byte[] packet = client.read();
    while ((packet[0] & 0xF0) == 0x30) {
      found.add((char) packet[packet.length - 1]);
      packet = client.read();
    }
    assertThat(packet).as("PINGRESP").startsWith(0xD0);
    return found;
  }

  private double deliveries() {
    return door.count("polyhub.messages.out");
  }

  @Test
  void each_publication_goes_to_one_member_and_members_take_turns() throws IOException {
    try (RawClient one = member("one", 0);
        RawClient two = member("two", 0);
        RawClient outside = member(door, "outside", CLEAN, "")) {
      outside.send("82 07 00 01 00 00 01 'p' 00 ; SUBSCRIBE, not shared");
      outside.expect("90 04 00 01 00 00");
      for (char c = 'a'; c <= 'j'; c++) {
        publish(publisher, c);
      }
      Eventually.holds(() -> deliveries() == 20);
      List<Character> first = payloads(one);
      List<Character> second = payloads(two);
      assertThat(first).hasSize(5).isSorted();
      assertThat(second).hasSize(5).isSorted().doesNotContainAnyElementsOf(first);
      assertThat(payloads(outside)).hasSize(10);
    }
  }

  @Test
  void groups_of_other_names_or_filters_do_not_share_with_each_other() throws IOException {
    try (RawClient one = member("one", 0);
        RawClient other = member(door, "other", CLEAN, "");
        RawClient wild = member(door, "wild", CLEAN, "")) {
      other.send("82 10 00 01 00 00 0A '$share/h/p' 00");
      other.expect("90 04 00 01 00 00");
      wild.send("82 10 00 01 00 00 0A '$share/g/+' 00");
      wild.expect("90 04 00 01 00 00");
      publish(publisher, 'x');
      one.expect("30 05 00 01 'p' 00 'x'");
      other.expect("30 05 00 01 'p' 00 'x'");
      wild.expect("30 05 00 01 'p' 00 'x'");
    }
  }

  @Test
  void clients_of_3_1_1_share_too() throws IOException {
    try (RawClient old = RawClient.open(door)) {
      old.send("10 0F 00 04 'MQTT' 04 02 00 00 00 03 'old' ; CONNECT");
      old.expect("20 02 00 00");
      old.send("82 0F 00 01 00 0A '$share/g/p' 00 ; SUBSCRIBE");
      old.expect("90 03 00 01 00");
      publish(publisher, 'x');
      old.expect("30 04 00 01 'p' 'x'");
      old.send("A2 0E 00 02 00 0A '$share/g/p' ; UNSUBSCRIBE");
      old.expect("B0 02 00 02");
      publish(publisher, 'y');
      old.expectNothing();
    }
  }

  @Test
  void a_client_that_also_subscribes_alone_gets_a_copy_for_each() throws IOException {
    try (RawClient both = member("both", 0)) {
      both.send("82 07 00 01 00 00 01 'p' 00");
      both.expect("90 04 00 01 00 00");
      publish(publisher, 'x');
      both.expect("30 05 00 01 'p' 00 'x'", "30 05 00 01 'p' 00 'x'");
      both.expectNothing();
    }
  }

  @Test
  void a_second_subscribe_changes_the_qos_and_does_not_count_twice() throws IOException {
    try (RawClient one = member("one", 0);
        RawClient two = member("two", 0)) {
      subscribe(two, 0);
      subscribe(two, 1);
      for (char c = 'a'; c <= 'd'; c++) {
        publish(publisher, c);
      }
      Eventually.holds(() -> deliveries() == 4);
      assertThat(payloads(one)).hasSize(2);
      assertThat(two.read()).as("QoS 1").startsWith(0x32);
    }
  }

  @Test
  void retained_messages_are_not_sent_for_shared_subscriptions() throws IOException {
    publisher.send("31 04 00 01 'p' 'r' ; PUBLISH, retained");
    try (RawClient one = member("one", 0)) {
      one.expectNothing();
    }
  }

  @Test
  void names_that_are_none_are_refused_and_the_connection_stays() throws IOException {
    try (RawClient client = member(door, "bad", CLEAN, "")) {
      client.send("82 0B 00 01 00 00 05 '$shar' 00 ; a name like any other");
      client.expect("90 15 00 01 11 1F 00 0E 'not authorized' 87 ; for which there is no rule");
      client.send("82 0C 00 01 00 00 06 '$share' 00");
      client.expect("90 1B 00 01 17 1F 00 14 'topic filter invalid' 8F");
      client.send("82 0F 00 01 00 00 09 '$share//p' 00 ; no name");
      client.expect("90 1B 00 01 17 1F 00 14 'topic filter invalid' 8F");
      client.send("82 0E 00 01 00 00 08 '$share/g' 00 ; no filter");
      client.expect("90 1B 00 01 17 1F 00 14 'topic filter invalid' 8F");
      client.send("82 0F 00 01 00 00 09 '$share/g/' 00 ; an empty filter");
      client.expect("90 1B 00 01 17 1F 00 14 'topic filter invalid' 8F");
      client.send("82 11 00 01 00 00 0B '$share/a+/p' 00 ; a wildcard in the name");
      client.expect("90 1B 00 01 17 1F 00 14 'topic filter invalid' 8F");
      client.send("A2 0D 00 01 00 00 08 '$share/g' ; UNSUBSCRIBE");
      client.expect("B0 04 00 01 00 8F");
    }
  }

  @Test
  void no_local_on_a_shared_subscription_is_a_protocol_error() throws IOException {
    try (RawClient client = member(door, "bad", CLEAN, "")) {
      client.send(SUBSCRIBE + "04 ; no local");
      byte[] goodbye = client.readToEnd();
      assertThat(goodbye).startsWith(0xE0);
      assertThat(goodbye[2] & 0xFF).isEqualTo(0x82);
    }
  }

  @Test
  void a_member_without_room_is_passed_over() throws IOException {
    try (RawClient stuck = member(door, "stuck", CLEAN, "21 00 01 ; receive maximum 1");
        RawClient well = member("well", 0)) {
      subscribe(stuck, 1);
      for (char c = 'a'; c <= 'l'; c++) {
        publish(publisher, c);
      }
      Eventually.holds(() -> deliveries() == 12);
      assertThat(stuck.read()).as("one, which it does not acknowledge").startsWith(0x32);
      stuck.expectNothing();
      assertThat(payloads(well)).hasSize(11);
    }
  }

  @Test
  void what_a_member_did_not_acknowledge_goes_to_another_when_its_session_ends()
      throws IOException {
    try (RawClient gone = member("gone", 1)) {
      publish(publisher, 'a');
      publish(publisher, 'b');
      gone.expect("32 07 00 01 'p' 00 01 00 'a'", "32 07 00 01 'p' 00 02 00 'b'");
      gone.send("40 02 00 01 ; PUBACK for the first");
      gone.expectNothing();
      try (RawClient left = member("left", 1)) {
        gone.vanish();
        left.expect("32 07 00 01 'p' 00 01 00 'b'");
        left.expectNothing();
      }
    }
  }

  @Test
  void what_was_sent_with_qos_2_goes_to_nobody_else() throws IOException {
    publisher.send("34 06 00 01 'p' 00 08 '!' ; PUBLISH with QoS 2");
    publisher.expect("50 02 00 08 ; PUBREC");
    publisher.send("62 02 00 08");
    publisher.expect("70 02 00 08 ; PUBCOMP");
    try (RawClient gone = member("gone", 2);
        RawClient left = member("left", 2)) {
      publisher.send("34 06 00 01 'p' 00 08 '!' ; PUBLISH with QoS 2");
      publisher.expect("50 02 00 08 ; PUBREC");
      Eventually.holds(() -> deliveries() == 1);
      boolean first = !payloads(gone).isEmpty();
      (first ? gone : left).vanish();
      Eventually.holds(() -> door.gauge("polyhub.connections") == 2);
      (first ? left : gone).expectNothing();
    }
  }

  @Test
  void a_client_that_was_away_gets_again_what_it_did_not_acknowledge_and_nobody_else_does()
      throws IOException {
    try (RawClient away = member(door, "away", CLEAN, KEEP)) {
      subscribe(away, 1);
      publish(publisher, 'a');
      away.expect("32 07 00 01 'p' 00 01 00 'a'");
      away.vanish();
    }
    Eventually.holds(() -> door.gauge("polyhub.connections") == 1);
    try (RawClient other = member("other", 1)) {
      publish(publisher, 'b');
      other.expect("32 07 00 01 'p' 00 01 00 'b'");
      try (RawClient back = member(door, "away", GO_ON, KEEP)) {
        back.expect("3A 07 00 01 'p' 00 01 00 'a' ; again");
        back.expectNothing();
      }
      other.expectNothing();
    }
  }

  @Test
  void when_the_session_of_a_client_that_is_away_ends_another_member_gets_what_it_had()
      throws IOException {
    try (RawClient away = member(door, "away", CLEAN, KEEP);
        RawClient other = member(door, "other", CLEAN, KEEP)) {
      subscribe(away, 1);
      publish(publisher, 'a');
      away.expect("32 07 00 01 'p' 00 01 00 'a'");
      subscribe(other, 1);
      away.vanish();
      Eventually.holds(() -> door.gauge("polyhub.connections") == 2);
      other.expectNothing();
      clock.advance(Duration.ofSeconds(3601));
      other.expect("32 07 00 01 'p' 00 01 00 'a'");
    }
  }

  @Test
  void what_is_published_while_all_members_are_away_is_for_who_comes_back() throws IOException {
    for (String id : List.of("one", "two")) {
      try (RawClient client = member(door, id, CLEAN, KEEP)) {
        subscribe(client, 1);
        client.send("E0 00");
        client.expectClosed();
      }
    }
    for (char c = 'a'; c <= 'c'; c++) {
      publish(publisher, c);
    }
    try (RawClient two = member(door, "two", GO_ON, KEEP)) {
      for (char c = 'a'; c <= 'c'; c++) {
        assertThat(two.read()).endsWith(c);
      }
      two.send("40 02 00 01", "40 02 00 02", "40 02 00 03");
      two.expectNothing();
      try (RawClient one = member(door, "one", GO_ON, KEEP)) {
        one.expectNothing();
      }
    }
  }

  @Test
  void a_share_that_nobody_keeps_begins_anew() throws IOException {
    member("one", 1).close();
    Eventually.holds(() -> door.gauge("polyhub.connections") == 1);
    publish(publisher, 'a');
    try (RawClient two = member("two", 1)) {
      two.expectNothing();
      publish(publisher, 'b');
      assertThat(two.read()).endsWith('b');
    }
  }

  @Test
  void a_share_survives_the_process_with_its_place(@TempDir Path directory) throws IOException {
    EmbeddedConfig durable = EmbeddedConfig.in(directory);
    try (TestDoor first =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient before = RawClient.connectV3(first);
        RawClient client = member(first, "stays", CLEAN, KEEP)) {
      subscribe(client, 1);
      publish(before, '1');
      client.expect("32 07 00 01 'p' 00 01 00 '1'");
      client.send("40 02 00 01 ; PUBACK");
      client.expectNothing();
    }
    try (TestDoor again =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient after = RawClient.connectV3(again)) {
      publish(after, '2');
      try (RawClient client = member(again, "stays", GO_ON, KEEP)) {
        assertThat(client.read()).endsWith('2');
        client.expectNothing();
      }
    }
  }

  @Test
  void what_a_member_did_not_acknowledge_before_the_process_ended_is_sent_to_it_again(
      @TempDir Path directory) throws IOException {
    EmbeddedConfig durable = EmbeddedConfig.in(directory);
    try (TestDoor first =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient before = RawClient.connectV3(first);
        RawClient client = member(first, "owed", CLEAN, KEEP)) {
      subscribe(client, 1);
      for (char c = '1'; c <= '3'; c++) {
        publish(before, c);
        assertThat(client.read()).endsWith(c);
      }
      client.send("40 02 00 01", "40 02 00 03 ; PUBACK for the first and the last");
      client.expectNothing();
    }
    try (TestDoor again =
            TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard());
        RawClient after = RawClient.connectV3(again);
        RawClient other = member(again, "other", CLEAN, "");
        RawClient client = member(again, "owed", GO_ON, KEEP)) {
      client.expect("3A 07 00 01 'p' 00 02 00 '2' ; again");
      client.send("40 02 00 02 ; PUBACK");
      client.expectNothing();
      subscribe(other, 1);
      publish(after, '4');
      publish(after, '5');
      assertThat(client.read()).startsWith(0x32);
      assertThat(other.read()).startsWith(0x32);
    }
  }

  @Test
  void in_the_end_all_of_a_bursts_publications_are_delivered_once_to_members_that_come_and_go()
      throws IOException {
    int count = 400;
    List<RawClient> members = new ArrayList<>();
    List<String> got = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      RawClient client = member(door, "m" + i, CLEAN, "");
      subscribe(client, 0);
      members.add(client);
    }
    for (int i = 0; i < count; i++) {
      String text = String.format("%04d", i);
      publisher.send("32 09 00 01 'p' 00 07 '" + text + "'");
      publisher.expect("40 02 00 07");
    }
    Eventually.holds(() -> deliveries() == count);
    for (RawClient client : members) {
      client.send("C0 00");
      byte[] packet = client.read();
      while ((packet[0] & 0xF0) == 0x30) {
        got.add(Bytes.hex(packet));
        packet = client.read();
      }
      client.close();
    }
    assertThat(got).hasSize(count).doesNotHaveDuplicates();
  }
}
