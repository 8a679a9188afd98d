package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.TestHub;
import io.polyhub.hub.Undecided;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What breaks the rules gets the protocol's own refusal and an end, and nobody else notices. A
 * client of 5.0 is told why; one of 3.1.1 cannot be, so that it is only cut off.
 */
final class BadInputTest {

  private static final int MALFORMED = 0x81;
  private static final int PROTOCOL_ERROR = 0x82;
  private static final int UNSUPPORTED_VERSION = 0x84;
  private static final int BAD_METHOD = 0x8C;
  private static final int NAME_INVALID = 0x90;
  private static final int ALIAS_INVALID = 0x94;
  private static final int TOO_LARGE = 0x95;
  private static final int PAYLOAD_INVALID = 0x99;

  private static TestDoor door;
  private static RawClient bystander;

  @BeforeAll
  static void open() throws IOException {
    door = TestDoor.open();
    bystander = RawClient.open(door);
    bystander.send("10 15 00 04 'MQTT' 04 02 00 00 00 09 'bystander' ; CONNECT");
    bystander.expect("20 02 00 00");
  }

  @AfterAll
  static void close() throws IOException {
    bystander.expectNothing();
    bystander.close();
    door.close();
  }

  /** Connected clients: a name, the bytes, the code of the DISCONNECT in 5.0. */
  static Stream<Arguments> onceConnected() {
    return Stream.of(
        bad("packet type 0", "00 00", MALFORMED),
        bad("PINGREQ with flags", "C1 00", MALFORMED),
        bad("SUBSCRIBE without its flags", "80 02 00 01", MALFORMED),
        bad("UNSUBSCRIBE without its flags", "A0 02 00 01", MALFORMED),
        bad("PUBREL without its flags", "60 02 00 01", MALFORMED),
        bad("a second CONNECT", "10 00", PROTOCOL_ERROR),
        bad("a CONNACK", "20 02 00 00", PROTOCOL_ERROR),
        bad("a SUBACK", "90 02 00 01", PROTOCOL_ERROR),
        bad("an UNSUBACK", "B0 02 00 01", PROTOCOL_ERROR),
        bad("a PINGRESP", "D0 00", PROTOCOL_ERROR),
        bad("PINGREQ with a body", "C0 01 00", MALFORMED),
        bad("a length of five bytes", "30 FF FF FF FF 01", MALFORMED),
        bad("a length not in its shortest form", "C0 80 00", MALFORMED),
        bad("a packet over the limit, of which only the header is sent", "30 FF FF 7F", TOO_LARGE),
        bad("QoS 3", "36 05 00 01 'a' 00 01", MALFORMED),
        bad("a duplicate with QoS 0", "38 04 00 01 'a' 00", MALFORMED),
        bad("PUBLISH with packet identifier 0", "32 06 00 01 'a' 00 00 00", MALFORMED),
        bad("PUBACK with packet identifier 0", "40 02 00 00", MALFORMED),
        bad("PUBLISH that ends in its topic", "30 03 00 09 'a'", MALFORMED),
        bad("PUBLISH without a body", "30 00", MALFORMED),
        bad("NUL in a topic", "30 06 00 03 'a' 00 'b' 00", MALFORMED),
        bad("a byte that is no UTF-8", "30 04 00 01 FF 00", MALFORMED),
        bad("half a surrogate pair", "30 06 00 03 ED A0 80 00", MALFORMED),
        bad("an overlong form", "30 05 00 02 C0 80 00", MALFORMED),
        bad("a character beyond Unicode", "30 07 00 04 F4 90 80 80 00", MALFORMED),
        bad("# in a topic name", "30 04 00 01 '#' 00", NAME_INVALID),
        bad("+ in a topic name", "30 06 00 03 'a/+' 00", NAME_INVALID),
        bad("SUBSCRIBE with packet identifier 0", "82 06 00 00 00 01 'a' 00", MALFORMED),
        bad("SUBSCRIBE with QoS 3", "82 07 00 01 00 00 01 'a' 03", MALFORMED),
        bad("SUBSCRIBE with reserved options", "82 07 00 01 00 00 01 'a' C0", MALFORMED),
        bad("an empty filter", "82 06 00 01 00 00 00 00", PROTOCOL_ERROR));
  }

  /** What only 5.0 has. */
  static Stream<Arguments> onceConnectedWithV5() {
    return Stream.of(
        bad("SUBSCRIBE without filters", "82 03 00 01 00", PROTOCOL_ERROR),
        bad("UNSUBSCRIBE without filters", "A2 03 00 01 00", PROTOCOL_ERROR),
        bad("an empty topic without an alias", "30 03 00 00 00", PROTOCOL_ERROR),
        bad("retain handling 3", "82 07 00 01 00 00 01 'a' 30", PROTOCOL_ERROR),
        bad(
            "no local on a shared subscription",
            "82 0E 00 01 00 00 08 '$share/g' 04",
            PROTOCOL_ERROR),
        bad("subscription identifier 0", "82 09 00 01 02 0B 00 00 01 'a' 00", PROTOCOL_ERROR),
        bad("an unknown property", "30 06 00 01 'a' 02 7F 00", MALFORMED),
        bad("a property that does not belong", "30 09 00 01 'a' 05 11 00 00 00 01", PROTOCOL_ERROR),
        bad("a property of the server", "30 06 00 01 'a' 02 24 01", PROTOCOL_ERROR),
        bad("a property that is there twice", "30 08 00 01 'a' 04 01 00 01 00", PROTOCOL_ERROR),
        bad("a property value out of range", "30 06 00 01 'a' 02 01 02", PROTOCOL_ERROR),
        bad("properties that are longer than the packet", "30 05 00 01 'a' 09 00", MALFORMED),
        bad("a property that ends too early", "30 06 00 01 'a' 02 02 00", MALFORMED),
        bad("topic alias 0", "30 07 00 01 'a' 03 23 00 00", ALIAS_INVALID),
        bad("a topic alias over the maximum", "30 07 00 01 'a' 03 23 00 11", ALIAS_INVALID),
        bad("a topic alias that was not set", "30 06 00 00 03 23 00 01", PROTOCOL_ERROR),
        bad("a payload that is no text as it says", "30 07 00 01 'a' 02 01 01 FF", PAYLOAD_INVALID),
        bad("a response topic with a wildcard", "30 08 00 01 'a' 04 08 00 01 '#'", NAME_INVALID),
        bad("AUTH without a method at CONNECT", "F0 02 19 00", PROTOCOL_ERROR),
        bad("PUBACK with a reason that is unknown", "40 03 00 01 42", MALFORMED),
        bad("PUBREC with a reason of other packets", "50 03 00 01 92", MALFORMED),
        bad("PUBREL with a reason of other packets", "62 03 00 01 80", MALFORMED),
        bad("PUBCOMP with a reason that is unknown", "70 03 00 01 01", MALFORMED),
        bad("DISCONNECT with a reason of the server", "E0 01 8B", MALFORMED),
        bad("session expiry at the end alone", "E0 07 00 05 11 00 00 00 05", PROTOCOL_ERROR));
  }

  /** The first packet: a name, the bytes, the code of the CONNACK in 5.0 or -1 for none. */
  static Stream<Arguments> first() {
    return Stream.of(
        bad("an HTTP request", "'GET / HTTP/1.1' 0D 0A 0D 0A", -1),
        bad("a TLS client hello", "16 03 01 00 2E 01 00 00 2A 03 03", -1),
        bad("zeros", "00 00 00 00", -1),
        bad("a PINGREQ", "C0 00", -1),
        bad("a PUBLISH", "30 04 00 01 'a' 00", -1),
        bad("another protocol's name", "10 0C 00 04 'MQTX' 04 02 00 3C 00 00", -1),
        bad("CONNECT with flags", "11 0C 00 04 'MQTT' 04 02 00 3C 00 00", -1),
        bad("an empty CONNECT", "10 00", -1),
        bad("a CONNECT over the limit", "10 FF FF 7F 00 04 'MQTT' 05", TOO_LARGE),
        bad("level 6", "10 0D 00 04 'MQTT' 06 02 00 3C 00 00 00", UNSUPPORTED_VERSION),
        bad("a reserved flag", "10 0D 00 04 'MQTT' 05 03 00 3C 00 00 00", MALFORMED),
        bad("a will with QoS 3", "10 0D 00 04 'MQTT' 05 1E 00 3C 00 00 00", MALFORMED),
        bad("will QoS without a will", "10 0D 00 04 'MQTT' 05 0A 00 3C 00 00 00", MALFORMED),
        bad("will retain without a will", "10 0D 00 04 'MQTT' 05 22 00 3C 00 00 00", MALFORMED),
        bad("a will that is not there", "10 0D 00 04 'MQTT' 05 06 00 3C 00 00 00", MALFORMED),
        bad("bytes after the end", "10 0E 00 04 'MQTT' 05 02 00 3C 00 00 00 00", MALFORMED),
        bad(
            "receive maximum 0",
            "10 10 00 04 'MQTT' 05 02 00 3C 03 21 00 00 00 00",
            PROTOCOL_ERROR),
        bad(
            "maximum packet size 0",
            "10 12 00 04 'MQTT' 05 02 00 3C 05 27 00 00 00 00 00 00",
            PROTOCOL_ERROR),
        bad(
            "data without a method",
            "10 11 00 04 'MQTT' 05 02 00 3C 04 16 00 01 'x' 00 00",
            PROTOCOL_ERROR),
        bad(
            "an unknown method",
            "10 13 00 04 'MQTT' 05 02 00 3C 06 15 00 03 'abc' 00 00",
            BAD_METHOD),
        bad(
            "a will on a name with a wildcard",
            "10 14 00 04 'MQTT' 05 06 00 3C 00 00 01 'c' 00 00 01 '#' 00 00",
            NAME_INVALID));
  }

  private static Arguments bad(String name, String bytes, int code) {
    return Arguments.of(name, bytes, code);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"onceConnected", "onceConnectedWithV5"})
  void a_client_of_5_0_is_told_and_disconnected(String name, String bytes, int code)
      throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send(bytes);
      byte[] goodbye = client.readToEnd();
      assertThat(Bytes.hex(goodbye)).as(name).startsWith("E0 ");
      assertThat(goodbye[2] & 0xFF).as(name).isEqualTo(code);
    }
    bystander.expectNothing();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("onceConnected")
  void a_client_of_3_1_1_is_cut_off(String name, String bytes, int code) throws IOException {
    assertThat(code).as(name).isGreaterThan(0x80);
    try (RawClient client = RawClient.connectV3(door)) {
      client.send(bytes);
      client.expectClosed();
    }
    bystander.expectNothing();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("first")
  void who_does_not_introduce_himself_properly_is_not_let_in(String name, String bytes, int code)
      throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(bytes);
      if (code >= 0) {
        byte[] connack = client.read();
        assertThat(connack[0]).as(name).isEqualTo((byte) 0x20);
        assertThat(connack[3] & 0xFF).as(name).isEqualTo(code);
      }
      client.expectClosed();
    }
    bystander.expectNothing();
  }

  @Test
  void an_unknown_version_before_5_0_is_refused_in_the_words_of_3_1_1() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send("10 0E 00 06 'MQIsdp' 04 02 00 3C 00 00 ; a level that its name does not have");
      client.expect("20 02 00 01 ; unacceptable protocol version");
      client.expectClosed();
    }
  }

  @Test
  void a_password_without_a_user_name_is_malformed_in_3_1_1() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send("10 10 00 04 'MQTT' 04 42 00 3C 00 01 'c' 00 01 'p'");
      client.expectClosed();
    }
  }

  @Test
  void a_filter_that_cannot_be_is_refused_and_the_client_stays() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send(
          Bytes.packet(
              "82",
              "00 01 00",
              "00 02 'a#' 00",
              "00 03 '#/a' 00",
              "00 02 '+a' 00",
              "00 01 'a' 00"));
      client.expect(
          "90 1E 00 01 17 1F 00 14 'topic filter invalid' 8F 8F 8F 00 ; three filters are invalid,"
              + " one is not");
      client.expectNothing();
    }
  }

  @Test
  void a_name_of_ten_thousand_levels_is_refused_and_the_client_stays() throws IOException {
    try (RawClient client = RawClient.connectV5(door)) {
      client.send("32 95 4E 27 10 ; PUBLISH with QoS 1, a topic of 10,000 bytes");
      client.send(RawClient.repeat('/', 10_000));
      client.send("00 01 00 ; packet identifier 1, no properties");
      client.expect("40 19 00 01 90 15 1F 00 12 'topic name invalid' ; PUBACK, topic name invalid");
      client.send("82 96 4E 00 02 00 27 10 ; SUBSCRIBE, a filter of 10,000 bytes");
      client.send(RawClient.repeat('/', 10_000));
      client.send("00");
      client.expect(
          "90 1B 00 02 17 1F 00 14 'topic filter invalid' 8F ; SUBACK, topic filter invalid");
    }
  }

  @Test
  void names_with_what_other_systems_treat_specially_are_names() throws IOException {
    try (RawClient client = RawClient.connectV3(door)) {
      client.send("82 10 00 01 00 0B 'a*/b>.c d/e' 00 ; SUBSCRIBE");
      client.expect("90 03 00 01 00");
      client.send("30 0E 00 0B 'a*/b>.c d/e' '!' ; PUBLISH");
      client.expect("30 0E 00 0B 'a*/b>.c d/e' '!'");
    }
  }

  @Test
  void who_does_not_introduce_himself_in_time_is_cut_off() throws IOException {
    MqttConfig config = new TestConfig().connectTimeout(Duration.ofMillis(300)).build();
    try (TestDoor hasty = TestDoor.open(TestHub.start(), config);
        RawClient silent = RawClient.open(hasty);
        RawClient slow = RawClient.open(hasty)) {
      slow.send("10 0D 00 04 'MQ' ; the beginning of a CONNECT");
      slow.expectClosed();
      silent.expectClosed();
    }
  }

  @Test
  void who_is_kept_waiting_by_the_hub_is_not_refused_but_may_come_back() throws IOException {
    MqttConfig config = new TestConfig().connectTimeout(Duration.ofMillis(300)).build();
    TestHub hub = TestHub.with().authenticator(new Undecided()).start();
    try (TestDoor undecided = TestDoor.open(hub, config);
        RawClient client = RawClient.open(undecided)) {
      client.send(Bytes.CONNECT_V5);
      client.expectClosed();
      double unavailable =
          hub.registry()
              .get("polyhub.mqtt.connects.refused")
              .tag("reason", "server_unavailable")
              .counter()
              .count();
      assertThat(unavailable).isEqualTo(1);
    }
  }

  @Test
  void more_than_the_receive_maximum_is_refused() throws IOException {
    MqttConfig config = new TestConfig().receiveMaximum(2).build();
    try (TestDoor narrow = TestDoor.open(TestHub.start(), config);
        RawClient client = RawClient.open(narrow)) {
      client.send(Bytes.CONNECT_V5);
      assertThat(client.read()[3]).isZero();
      client.send("34 06 00 01 'a' 00 01 00 ; PUBLISH with QoS 2", "34 06 00 01 'a' 00 02 00");
      client.expect("50 02 00 01 ; PUBREC", "50 02 00 02 ; PUBREC");
      client.send("34 06 00 01 'a' 00 03 00 ; a third without PUBREL");
      byte[] goodbye = client.readToEnd();
      assertThat(goodbye[2] & 0xFF).isEqualTo(0x93);
    }
  }
}
