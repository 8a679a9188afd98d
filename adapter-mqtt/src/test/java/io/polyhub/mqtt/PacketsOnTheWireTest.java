package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each packet, byte by byte, over a real socket. */
final class PacketsOnTheWireTest {

  private static TestDoor door;

  @BeforeAll
  static void open() throws IOException {
    door = TestDoor.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  @Test
  void a_client_of_3_1_1_is_connected_pinged_and_leaves() throws IOException {
    try (RawClient client = RawClient.connectV3(door)) {
      client.send("C0 00 ; PINGREQ");
      client.expect("D0 00 ; PINGRESP");
      client.send("E0 00 ; DISCONNECT");
      client.expectClosed();
    }
  }

  @Test
  void a_client_of_5_0_is_told_the_limits() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("E0 00 ; DISCONNECT");
      client.expectClosed();
    }
  }

  @Test
  void a_client_without_an_identifier_is_given_one_in_5_0() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(
          "10 0D          ; CONNECT",
          "00 04 'MQTT'   ; protocol name",
          "05 02 00 3C    ; 5.0, clean start, keep alive 60 s",
          "00             ; no properties",
          "00 00          ; no client identifier");
      client.expect(
          "20 33          ; CONNACK, 51 bytes",
          "00 00 30       ; success, 48 bytes of properties",
          "21 00 40       ; receive maximum",
          "27 00 11 00 00 ; maximum packet size",
          "12 00 20       ; assigned client identifier, 32 characters",
          "'polyhub-'");
    }
  }

  @Test
  void a_client_of_3_1_1_without_an_identifier_needs_a_clean_session() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send("10 0C 00 04 'MQTT' 04 00 00 3C 00 00 ; not clean, no identifier");
      client.expect("20 02 00 02 ; identifier rejected");
      client.expectClosed();
    }
  }

  @Test
  void what_is_published_with_each_quality_is_acknowledged_and_delivered() throws IOException {
    try (RawClient client = RawClient.connectV3(door)) {
      client.send(
          "82 0B          ; SUBSCRIBE",
          "00 01          ; packet identifier 1",
          "00 06 'wire/q' ; filter",
          "02             ; QoS 2");
      client.expect("90 03 00 01 02 ; SUBACK 1, QoS 2 granted");

      client.send("30 09 00 06 'wire/q' '0' ; PUBLISH with QoS 0");
      client.expect("30 09 00 06 'wire/q' '0' ; the same");

      client.send("32 0B 00 06 'wire/q' 00 07 '1' ; PUBLISH with QoS 1, identifier 7");
      client.expectBoth(
          "32 0B 00 06 'wire/q' 00 01 '1' ; delivered, identifier 1",
          "40 02 00 07                    ; PUBACK 7");
      client.send("40 02 00 01 ; PUBACK 1");

      client.send("34 0B 00 06 'wire/q' 00 08 '2' ; PUBLISH with QoS 2, identifier 8");
      client.expectBoth(
          "34 0B 00 06 'wire/q' 00 02 '2' ; delivered, identifier 2",
          "50 02 00 08                    ; PUBREC 8");
      client.send("62 02 00 08 ; PUBREL 8", "50 02 00 02 ; PUBREC 2");
      client.expect("70 02 00 08 ; PUBCOMP 8", "62 02 00 02 ; PUBREL 2");
      client.send("70 02 00 02 ; PUBCOMP 2");
      client.expectNothing();
    }
  }

  @Test
  void a_publication_with_qos_2_that_is_sent_twice_is_published_once() throws IOException {
    try (RawClient client = RawClient.connectV3(door)) {
      client.send("82 0A 00 01 00 05 'twice' 00 ; SUBSCRIBE with QoS 0");
      client.expect("90 03 00 01 00");
      client.send("34 0A 00 05 'twice' 00 09 'x' ; PUBLISH with QoS 2");
      client.expectBoth("30 08 00 05 'twice' 'x' ; delivered", "50 02 00 09 ; PUBREC");
      client.send("3C 0A 00 05 'twice' 00 09 'x' ; again, marked as a duplicate");
      client.expect("50 02 00 09 ; PUBREC, and not delivered");
      client.send("62 02 00 09 ; PUBREL", "62 02 00 09 ; PUBREL once more");
      client.expect("70 02 00 09", "70 02 00 09");
      client.expectNothing();
    }
  }

  @Test
  void in_5_0_a_packet_identifier_that_is_not_known_is_told() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("62 02 00 63 ; PUBREL of nothing");
      client.expect("70 03 00 63 92 ; PUBCOMP, packet identifier not found");
      client.send("50 02 00 62 ; PUBREC of nothing");
      client.expect("62 03 00 62 92 ; PUBREL, packet identifier not found");
    }
  }

  @Test
  void unsubscribing_tells_in_5_0_whether_there_was_a_subscription() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 08 00 01 00 00 02 'ab' 00 ; SUBSCRIBE ab");
      client.expect("90 04 00 01 00 00 ; SUBACK");
      client.send("A2 0B 00 02 00 00 02 'ab' 00 02 'xy' ; UNSUBSCRIBE ab, xy");
      client.expect("B0 05 00 02 00 00 11 ; UNSUBACK: done, no subscription existed");
      client.send("30 06 00 02 'ab' 00 '!' ; PUBLISH");
      client.expectNothing();
    }
  }

  @Test
  void properties_of_a_publication_reach_the_subscriber_unaltered_and_in_order()
      throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 09 00 01 00 00 03 'prp' 01 ; SUBSCRIBE with QoS 1");
      client.expect("90 04 00 01 00 01 ; SUBACK");
      String[] properties = {
        "03 00 03 'a/b'       ; content type",
        "08 00 03 're/'       ; response topic",
        "09 00 02 FF 00       ; correlation data",
        "26 00 01 'k' 00 01 '1' ; user property k=1",
        "26 00 01 'k' 00 01 '2' ; user property k=2",
        "01 01                ; payload format: text",
      };
      int length = Bytes.of(properties).length;
      client.send("30 " + String.format("%02X", 5 + 1 + length + 1) + " 00 03 'prp'");
      client.send(String.format("%02X", length));
      client.send(properties);
      client.send("'x' ; payload");
      client.expect("30 " + String.format("%02X", 5 + 1 + length + 1) + " 00 03 'prp'");
      client.expect(String.format("%02X", length));
      client.expect(properties);
      client.expect("'x'");
    }
  }

  @Test
  void topic_aliases_work_in_both_directions() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(
          "10 11 00 04 'MQTT' 05 02 00 3C ; CONNECT",
          "03 22 00 01                    ; topic alias maximum 1",
          "00 01 'c'");
      client.expect(Bytes.CONNACK_V5);
      client.send("82 0B 00 01 00 00 05 'alias' 00 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 00 ; SUBACK");
      client.send(
          "30 0C 00 05 'alias' 03 23 00 10 '1' ; PUBLISH, sets alias 16",
          "30 07 00 00 03 23 00 10 '2'         ; PUBLISH by alias 16");
      client.expect(
          "30 0C 00 05 'alias' 03 23 00 01 '1' ; sets alias 1",
          "30 07 00 00 03 23 00 01 '2'         ; by alias 1");
    }
  }

  @Test
  void bytes_that_come_one_by_one_make_the_same_packets() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      for (byte one : Bytes.of(Bytes.CONNECT_V3)) {
        client.send(new byte[] {one});
      }
      client.expect("20 02 00 00 ; CONNACK");
    }
  }

  @Test
  void packets_behind_the_connect_wait_for_the_connack() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      byte[] connect = Bytes.of(Bytes.CONNECT_V3);
      byte[] all = new byte[connect.length + 2];
      System.arraycopy(connect, 0, all, 0, connect.length);
      all[connect.length] = (byte) 0xC0;
      client.send(all);
      client.expect("20 02 00 00 ; CONNACK", "D0 00 ; PINGRESP");
    }
  }

  @Test
  void a_channel_that_keeps_nothing_is_granted_qos_0_and_says_so_to_publishers()
      throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("82 0B 00 01 00 00 05 'amo/x' 02 ; SUBSCRIBE with QoS 2");
      client.expect("90 04 00 01 00 00 ; QoS 0 granted");
      client.send("32 0B 00 05 'amo/x' 00 05 00 '!' ; PUBLISH with QoS 1");
      client.expectBoth(
          "30 09 00 05 'amo/x' 00 '!' ; delivered with QoS 0",
          "40 26 00 05 00 22 26 00 11 'polyhub-guarantee' 00 0C 'at-most-once' ; PUBACK");
    }
  }

  @Test
  void cursors_are_told_to_clients_that_ask_and_lead_back() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(
          Bytes.packet(
              "10",
              "00 04 'MQTT' 05 02 00 3C              ; CONNECT, 20 bytes of properties",
              "14 26 00 0E 'polyhub-cursor' 00 01 '1' ; asks for cursors of what it publishes",
              "00 01 'c'"));
      client.expect(Bytes.CONNACK_V5);
      client.send("32 0A 00 05 'place' 00 01 00 ; PUBLISH with QoS 1");
      String cursor = userProperty(client.read(), "polyhub-cursor");
      client.send("32 0B 00 05 'place' 00 02 00 '2' ; PUBLISH with QoS 1");
      String next = userProperty(client.read(), "polyhub-cursor");
      assertThat(next).isNotEqualTo(cursor);

      byte[] since =
          Bytes.of(
              "26 00 0D 'polyhub-since' 00 " + String.format("%02X", cursor.length()),
              "'" + cursor + "'",
              "26 00 0E 'polyhub-cursor' 00 01 '1'");
      client.send(
          Bytes.packet(
              "82",
              "00 03 " + String.format("%02X", since.length) + Bytes.hex(since),
              "00 05 'place' 01"));
      byte[] suback = client.read();
      assertThat(userProperty(suback, "polyhub-recovered")).isEqualTo("true");
      assertThat(userProperty(suback, "polyhub-cursor")).isEqualTo(cursor);
      byte[] delivered = client.read();
      assertThat(userProperty(delivered, "polyhub-cursor")).isEqualTo(next);
      assertThat(delivered).endsWith('2');
    }
  }

  @Test
  void what_is_no_cursor_is_refused() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send(
          Bytes.packet(
              "82",
              "00 03 15 26 00 0D 'polyhub-since' 00 03 '???' ; SUBSCRIBE",
              "00 05 'place' 01"));
      client.expect(
          "90 24 00 03 20 1F 00 1D 'implementation specific error' 83 ; implementation specific"
              + " error");
    }
  }

  /** The value of the first user property of that name in a packet. */
  private static String userProperty(byte[] packet, String name) {
    String text = new String(packet, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(name);
    assertThat(at).as("%s in %s", name, Bytes.hex(packet)).isPositive();
    int value = at + name.length();
    int length = (packet[value] << 8) | packet[value + 1];
    return text.substring(value + 2, value + 2 + length);
  }
}
