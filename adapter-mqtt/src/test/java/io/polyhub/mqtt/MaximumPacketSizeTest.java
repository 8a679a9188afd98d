package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.LocalClient;
import io.polyhub.hub.TestHub;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent to clients that take small packets alone, and what is taken from any. */
final class MaximumPacketSizeTest {

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open();
  }

  @AfterEach
  void close() {
    door.close();
  }

  private static String takes(int bytes) {
    return String.format("27 00 00 00 %02X", bytes);
  }

  private RawClient connect(int bytes) throws IOException {
    return RawClient.connectV5(door, "small", "02", takes(bytes));
  }

  @Test
  void no_packet_is_larger_than_the_client_takes_from_the_first_on() throws IOException {
    for (int bytes = 1; bytes <= 40; bytes++) {
      try (RawClient client = connect(bytes)) {
        client.send("82 04 00 01 00 00 ; SUBSCRIBE, malformed");
        client.send("C0 00");
        int sent = 0;
        for (byte[] packet : client.readPacketsToEnd()) {
          assertThat(packet.length)
              .as("takes %d: %s", bytes, Bytes.hex(packet))
              .isLessThanOrEqualTo(bytes);
          sent++;
        }
        assertThat(sent)
            .as("packets to who takes %d", bytes)
            .isEqualTo(bytes < 5 ? 0 : bytes < 13 ? 1 : 2);
      }
    }
  }

  @Test
  void what_a_client_can_do_without_is_left_out_of_a_connack_for_which_there_is_no_room()
      throws IOException {
    try (RawClient client = connect(17)) {
      client.expect(
          "20 0B 00 00 08   ; CONNACK, success",
          "21 00 40         ; receive maximum 64",
          "27 00 11 00 00   ; maximum packet size");
      client.expectNothing();
    }
    try (RawClient client = connect(18)) {
      client.expect(Bytes.CONNACK_V5);
    }
    try (RawClient client = connect(12)) {
      client.expect("20 03 00 95 00 ; CONNACK, packet too large");
      client.expectClosed();
    }
    try (RawClient client = connect(4)) {
      client.expectClosed();
    }
  }

  @Test
  void a_suback_loses_its_properties_first_and_ends_the_connection_if_that_is_not_enough()
      throws IOException {
    try (RawClient client = connect(20)) {
      client.read();
      client.send(
          Bytes.packet("82", "00 01 14 26 00 0E 'polyhub-cursor' 00 01 '1'", "00 01 't' 01"));
      client.expect("90 04 00 01 00 01 ; SUBACK without the cursor");
      client.send("82 08 00 02 00 00 02 't#' 00 ; SUBSCRIBE, no filter");
      client.expect("90 04 00 02 00 8F ; SUBACK without a reason in words");
      client.send("82 43 00 03 00", "00 01 't' 00".repeat(16), "; SUBSCRIBE, 16 filters");
      client.expect("E0 01 95 ; DISCONNECT, packet too large");
      client.expectClosed();
    }
  }

  @Test
  void the_doors_bound_is_kept_in_both_directions() throws IOException {
    MqttConfig config = new TestConfig().maxPacketBytes(64).build();
    try (TestDoor narrow = TestDoor.open(TestHub.start(), config);
        RawClient client = RawClient.connectV5(narrow, "c", "02", "")) {
      client.expectAccepted(false);
      client.send("82 07 00 01 00 00 01 't' 00 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 00");
      LocalClient local = LocalClient.admitted(narrow.hub().hub());
      local.publish("t", "x".repeat(100));
      local.publish("t", "!");
      client.expect("30 05 00 01 't' 00 '!' ; the large one is left out");
      assertThat(narrow.count("polyhub.mqtt.dropped.too.large")).isEqualTo(1);
      client.send("30 41 00 01 't' 00 ; PUBLISH of 67 bytes");
      assertThat(client.readToEnd()[2] & 0xFF).isEqualTo(0x95);
      assertThat(narrow.count("polyhub.mqtt.received.too.large")).isEqualTo(1);
    }
  }

  @Test
  void a_payload_as_large_as_rules_allow_is_taken_and_comes() throws IOException {
    int size = 1024 * 1024;
    TestHub hub = TestHub.with().rules(LargeRule.rules(size)).start();
    try (TestDoor large = TestDoor.open(hub, TestConfig.standard());
        RawClient client = RawClient.connectV5(large)) {
      client.send("82 07 00 01 00 00 01 't' 00 ; SUBSCRIBE");
      client.expect("90 04 00 01 00 00");
      client.send("32 86 80 40 00 01 't' 00 01 00 ; PUBLISH, QoS 1, 1 MiB and a head");
      client.send(RawClient.repeat('x', size));
      byte[] one = client.read();
      byte[] other = client.read();
      assertThat(Math.max(one.length, other.length)).isGreaterThan(size);
      assertThat(Math.min(one.length, other.length)).isEqualTo(4);
    }
  }

  @Test
  void a_payload_that_the_rule_does_not_allow_is_told_as_too_large() throws IOException {
    TestHub hub = TestHub.with().rules(LargeRule.rules(10)).start();
    try (TestDoor strict = TestDoor.open(hub, TestConfig.standard())) {
      try (RawClient client = RawClient.connectV5(strict)) {
        client.send("30 0F 00 01 't' 00 '12345678901' ; PUBLISH, QoS 0");
        assertThat(client.readToEnd()[2] & 0xFF).isEqualTo(0x95);
      }
      try (RawClient client = RawClient.connectV3(strict)) {
        client.send("32 10 00 01 't' 00 01 '12345678901' ; PUBLISH, QoS 1");
        client.expectClosed();
      }
      assertThat(strict.count("polyhub.mqtt.received.too.large")).isEqualTo(2);
    }
  }
}
