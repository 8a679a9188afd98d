package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a subscriber gets, and how much at a time. */
final class DeliveryTest {

  private TestDoor door;
  private RawClient publisher;

  @BeforeEach
  void open() throws IOException {
    MqttConfig config = new TestConfig().writeStallMax(Duration.ofMillis(500)).build();
    door = TestDoor.open(TestHub.start(), config);
    publisher = RawClient.open(door);
    publisher.send("10 15 00 04 'MQTT' 04 02 00 00 00 09 'publisher' ; CONNECT");
    publisher.expect("20 02 00 00");
  }

  @AfterEach
  void close() throws IOException {
    publisher.close();
    door.close();
  }

  private void publish(String first, char payload) throws IOException {
    publisher.send(first + " 06 00 01 't' 00 01 '" + payload + "' ; PUBLISH with QoS 1");
    publisher.expect("40 02 00 01");
  }

  @Test
  void overlapping_subscriptions_get_one_copy_with_the_highest_qos_and_all_identifiers()
      throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 0B 00 01 02 0B 05 00 03 't/#' 00 ; SUBSCRIBE t/#, identifier 5, QoS 0");
      client.expect("90 04 00 01 00 00");
      client.send("82 09 00 02 02 0B 06 00 01 't' 01 ; SUBSCRIBE t, identifier 6, QoS 1");
      client.expect("90 04 00 02 00 01");
      publish("32", '!');
      client.expect("32 0B 00 01 't' 00 01 04 0B 06 0B 05 '!' ; one copy with QoS 1");
      client.expectNothing();
    }
  }

  @Test
  void what_the_client_publishes_itself_is_left_out_if_it_asks_for_that() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 07 00 01 00 00 01 't' 05 ; SUBSCRIBE, QoS 1, no local");
      client.expect("90 04 00 01 00 01");
      client.send("32 07 00 01 't' 00 07 00 'x' ; PUBLISH");
      client.expect("40 02 00 07");
      publish("32", '!');
      client.expect("32 07 00 01 't' 00 01 00 '!'");
    }
  }

  @Test
  void a_retained_message_comes_first_and_is_marked_and_an_empty_one_clears_it()
      throws IOException {
    publish("33", 'r');
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 07 00 01 00 00 01 't' 01 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 01", "33 07 00 01 't' 00 01 00 'r' ; retained");
      publish("33", 's');
      client.expect("32 07 00 01 't' 00 02 00 's' ; live, not marked");
    }
    publisher.send("33 05 00 01 't' 00 01 ; PUBLISH, retained, empty");
    publisher.expect("40 02 00 01");
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 07 00 01 00 00 01 't' 01 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 01");
      client.expectNothing();
    }
  }

  @Test
  void retain_as_published_keeps_the_mark() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 07 00 01 00 00 01 't' 09 ; SUBSCRIBE, QoS 1, retain as published");
      client.expect("90 04 00 01 00 01");
      publish("33", 's');
      client.expect("33 07 00 01 't' 00 01 00 's' ; live, marked");
    }
  }

  @Test
  void retain_handling_says_when_retained_messages_come() throws IOException {
    publish("33", 'r');
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 07 00 01 00 00 01 't' 20 ; SUBSCRIBE, retain handling 2: never");
      client.expect("90 04 00 01 00 00");
      client.expectNothing();
      client.send("A2 06 00 02 00 00 01 't' ; UNSUBSCRIBE");
      client.expect("B0 04 00 02 00 00");
      client.send("82 07 00 03 00 00 01 't' 10 ; SUBSCRIBE, retain handling 1: if new");
      client.expect("90 04 00 03 00 00", "31 05 00 01 't' 00 'r'");
      client.send("82 07 00 04 00 00 01 't' 10 ; SUBSCRIBE again");
      client.expect("90 04 00 04 00 00");
      client.expectNothing();
      client.send("82 07 00 05 00 00 01 't' 00 ; SUBSCRIBE, retain handling 0: always");
      client.expect("90 04 00 05 00 00", "31 05 00 01 't' 00 'r'");
    }
  }

  @Test
  void a_repeated_subscription_replaces_the_first_without_losing_or_repeating_anything()
      throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 07 00 01 00 00 01 't' 00 ; SUBSCRIBE with QoS 0");
      client.expect("90 04 00 01 00 00");
      publish("32", '1');
      client.expect("30 05 00 01 't' 00 '1'");
      client.send("82 07 00 02 00 00 01 't' 01 ; SUBSCRIBE with QoS 1");
      client.expect("90 04 00 02 00 01");
      publish("32", '2');
      client.expect("32 07 00 01 't' 00 01 00 '2'");
      client.expectNothing();
    }
  }

  @Test
  void no_more_is_sent_than_the_client_takes_at_a_time() throws IOException {
    try (RawClient client = RawClient.connectV5(door, "narrow", "02", "21 00 02")) {
      client.expectAccepted(false);
      client.send("82 07 00 01 00 00 01 't' 01 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 01");
      for (char c = '1'; c <= '4'; c++) {
        publish("32", c);
      }
      client.expect("32 07 00 01 't' 00 01 00 '1'", "32 07 00 01 't' 00 02 00 '2'");
      client.expectNothing();
      client.send("40 02 00 01 ; PUBACK 1");
      client.expect("32 07 00 01 't' 00 03 00 '3'");
      client.send("40 02 00 02 ; PUBACK 2", "40 02 00 03 ; PUBACK 3");
      client.expect("32 07 00 01 't' 00 04 00 '4'");
    }
  }

  @Test
  void what_is_too_large_for_the_client_is_left_out_and_the_next_comes() throws IOException {
    try (RawClient client = RawClient.connectV5(door, "small", "02", "27 00 00 00 14")) {
      client.expectAccepted(false);
      client.send("82 07 00 01 00 00 01 't' 01 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 01");
      publisher.send("30 1F 00 01 't' '0123456789012345678901234567' ; PUBLISH, 28 bytes");
      publish("32", '!');
      client.expect("32 07 00 01 't' 00 01 00 '!'");
      assertThat(door.count("polyhub.mqtt.dropped.too.large")).isEqualTo(1);
    }
  }

  @Test
  void the_message_expiry_that_is_left_is_told() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 07 00 01 00 00 01 't' 00 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 00");
      client.send("30 0A 00 01 't' 05 02 00 00 00 64 '!' ; PUBLISH, expiry 100 s");
      byte[] delivered = client.read();
      assertThat(Bytes.hex(delivered)).startsWith("30 0A 00 01 74 05 02 00 00 00 ");
      assertThat(delivered[10]).isBetween((byte) 90, (byte) 100);
    }
  }

  @Test
  void keep_alive_is_cut_to_the_servers_and_told() throws IOException {
    MqttConfig config = new TestConfig().maxKeepAlive(Duration.ofSeconds(30)).build();
    try (TestDoor strict = TestDoor.open(TestHub.start(), config);
        RawClient client = RawClient.connectV5(strict, "k", "02", "")) {
      byte[] connack = client.expectAccepted(false);
      assertThat(Bytes.hex(connack)).contains("13 00 1E");
    }
  }

  @Test
  void a_client_that_does_not_read_is_disconnected_and_holds_no_more_than_its_share()
      throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.readLittle();
      client.send("10 0D 00 04 'MQTT' 04 02 00 00 00 01 's' ; CONNECT, no keep alive");
      client.expect("20 02 00 00");
      client.send("82 06 00 01 00 01 't' 00 ; SUBSCRIBE");
      client.expect("90 03 00 01 00");
      byte[] large = new byte[60_000];
      for (int i = 0; i < 400; i++) {
        publisher.send("32 E5 D4 03 00 01 't' 00 01");
        publisher.send(large);
        publisher.expect("40 02 00 01");
      }
      Eventually.holds(() -> door.gauge("polyhub.connections") == 1);
    }
  }
}
