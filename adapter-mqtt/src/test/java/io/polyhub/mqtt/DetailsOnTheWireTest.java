package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the specification says in passing. */
final class DetailsOnTheWireTest {

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open();
  }

  @AfterEach
  void close() {
    door.close();
  }

  private RawClient subscriber(int qos) throws IOException {
    RawClient client = RawClient.connectV5(door);
    client.send("82 07 00 01 00 00 01 't' 0" + qos + " ; SUBSCRIBE");
    client.expect("90 04 00 01 00 0" + qos);
    return client;
  }

  @Test
  void the_payload_format_is_passed_on_as_it_was_said_and_only_if_it_was() throws IOException {
    try (RawClient client = subscriber(0)) {
      client.send("30 07 00 01 't' 02 01 00 '!' ; PUBLISH, payload format 0");
      client.expect("30 07 00 01 't' 02 01 00 '!'");
      client.send("30 07 00 01 't' 02 01 01 '!' ; PUBLISH, payload format 1");
      client.expect("30 07 00 01 't' 02 01 01 '!'");
      client.send("30 05 00 01 't' 00 '!' ; PUBLISH, no payload format");
      client.expect("30 05 00 01 't' 00 '!'");
    }
  }

  @Test
  void the_longest_message_expiry_comes_as_it_is() throws IOException {
    try (RawClient client = subscriber(0)) {
      client.send("30 0A 00 01 't' 05 02 FF FF FF FF '!' ; PUBLISH, expiry 136 years");
      byte[] delivered = client.read();
      assertThat(Bytes.hex(Arrays.copyOf(delivered, 9))).isEqualTo("30 0A 00 01 74 05 02 FF FF");
      assertThat(delivered[9]).isEqualTo((byte) 0xFF);
      assertThat(delivered[10] & 0xFF).isGreaterThan(0xF0);
    }
  }

  @Test
  void a_pubcomp_for_qos_1_is_a_protocol_error() throws IOException {
    try (RawClient client = subscriber(1);
        RawClient publisher = RawClient.connectV5(door, "p", "02", "")) {
      publisher.expectAccepted(false);
      publisher.send("32 07 00 01 't' 00 01 00 '!' ; PUBLISH");
      client.expect("32 07 00 01 't' 00 01 00 '!'");
      client.send("70 02 00 01 ; PUBCOMP");
      assertThat(client.readToEnd()[2] & 0xFF).isEqualTo(0x82);
    }
  }

  @Test
  void a_goodbye_says_in_words_what_its_code_says() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("30 07 00 01 'a' 03 23 00 00 ; PUBLISH, topic alias 0");
      client.expect("E0 18 94 16 1F 00 13 'topic alias invalid' ; DISCONNECT");
    }
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("30 04 00 01 '#' 00 ; PUBLISH to a wildcard");
      client.expect("E0 17 90 15 1F 00 12 'topic name invalid' ; DISCONNECT");
    }
  }

  @Test
  void a_client_that_wants_no_reasons_in_words_gets_none() throws IOException {
    try (RawClient client = RawClient.connectV5(door, "quiet", "02", "17 00")) {
      client.expectAccepted(false);
      client.send("82 08 00 01 00 00 02 't#' 00 ; SUBSCRIBE, no filter");
      client.expect("90 04 00 01 00 8F");
      client.send("30 07 00 01 'a' 03 23 00 00 ; PUBLISH, topic alias 0");
      client.expect("E0 01 94 ; DISCONNECT");
    }
  }

  @Test
  void names_that_begin_with_a_dollar_sign_are_spoken_of_where_a_rule_allows_them()
      throws IOException {
    TestHub hub = TestHub.with().rules(LargeRule.rules(1000)).start();
    try (TestDoor open = TestDoor.open(hub, TestConfig.standard());
        RawClient client = RawClient.connectV3(open)) {
      client.send("82 0B 00 01 00 06 '$aws/#' 01 ; SUBSCRIBE, QoS 1");
      client.expect("90 03 00 01 01");
      client.send("30 0A 00 07 '$aws/th' '!' ; PUBLISH");
      client.expect("30 0A 00 07 '$aws/th' '!'");
      client.send("82 06 00 02 00 01 '#' 00 ; SUBSCRIBE to all");
      client.expect("90 03 00 02 00");
      client.send("30 0A 00 07 '$aws/th' '2' ; PUBLISH");
      client.expect("30 0A 00 07 '$aws/th' '2' ; once, as # does not match it");
      client.expectNothing();
    }
  }
}
