package io.polyhub.mqtt;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MQTT 3.1, which calls itself MQIsdp and is of level 3. */
final class OldVersionTest {

  private static final String CONNECT = "10 0F 00 06 'MQIsdp' 03 02 00 3C 00 01 'c' ; CONNECT";

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open();
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void a_client_of_3_1_is_spoken_to() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(CONNECT);
      client.expect("20 02 00 00 ; CONNACK, accepted");
      client.send("82 06 00 01 00 01 't' 01 ; SUBSCRIBE, QoS 1");
      client.expect("90 03 00 01 01 ; SUBACK");
      client.send("32 06 00 01 't' 00 02 '!' ; PUBLISH, QoS 1");
      client.expectBoth("40 02 00 02 ; PUBACK", "32 06 00 01 't' 00 01 '!' ; PUBLISH");
      client.send("40 02 00 01 ; PUBACK", "A2 05 00 03 00 01 't' ; UNSUBSCRIBE");
      client.expect("B0 02 00 03 ; UNSUBACK");
      client.expectNothing();
    }
  }

  @Test
  void its_repeats_of_what_is_to_be_answered_are_marked_and_taken() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(CONNECT);
      client.expect("20 02 00 00");
      client.send("8A 06 00 01 00 01 't' 00 ; SUBSCRIBE, duplicate");
      client.expect("90 03 00 01 00 ; SUBACK");
      client.send("34 06 00 01 'u' 00 02 '!' ; PUBLISH, QoS 2");
      client.expect("50 02 00 02 ; PUBREC");
      client.send("6A 02 00 02 ; PUBREL, duplicate");
      client.expect("70 02 00 02 ; PUBCOMP");
      client.send("AA 05 00 03 00 01 't' ; UNSUBSCRIBE, duplicate");
      client.expect("B0 02 00 03 ; UNSUBACK");
    }
    try (RawClient client = RawClient.connectV3(door)) {
      client.send("8A 06 00 01 00 01 't' 00 ; in 3.1.1 that flag is reserved");
      client.expectClosed();
    }
  }

  @Test
  void its_connack_says_nothing_of_a_session_but_the_session_goes_on() throws IOException {
    String[] kept = {"10 0F 00 06 'MQIsdp' 03 00 00 3C 00 01 'k' ; CONNECT, no clean session"};
    try (RawClient client = RawClient.open(door)) {
      client.send(kept);
      client.expect("20 02 00 00");
      client.send("82 06 00 01 00 01 't' 01 ; SUBSCRIBE, QoS 1");
      client.expect("90 03 00 01 01");
      client.send("E0 00 ; DISCONNECT");
      client.expectClosed();
    }
    try (RawClient publisher = RawClient.connectV3(door)) {
      publisher.send("32 06 00 01 't' 00 01 '!' ; PUBLISH, QoS 1");
      publisher.expect("40 02 00 01");
    }
    try (RawClient client = RawClient.open(door)) {
      client.send(kept);
      client.expect("20 02 00 00 ; the byte is reserved", "32 06 00 01 't' 00 01 '!'");
    }
  }

  @Test
  void a_name_of_one_version_with_the_level_of_another_is_refused() throws IOException {
    for (String name : new String[] {"10 0D 00 04 'MQTT' 03", "10 0F 00 06 'MQIsdp' 05"}) {
      try (RawClient client = RawClient.open(door)) {
        client.send(name + " 02 00 3C 00 01 'c'");
        client.expect("20 02 00 01 ; unacceptable protocol version");
        client.expectClosed();
      }
    }
  }
}
