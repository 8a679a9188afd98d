package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A will is published on every end but an orderly one (section 3.1.2.5). */
final class WillTest {

  private static final String WITH_WILL = "06";
  private static final String WITH_WILL_GO_ON = "04";
  private static final String KEEP = "11 00 00 0E 10 ; session expiry 3600 s";
  private static final String WILL = "00 00 04 'will' 00 03 'bye'";
  private static final String WILL_IN_A_MINUTE = "05 18 00 00 00 3C 00 04 'will' 00 03 'bye'";

  private final SettableClock clock = new SettableClock();
  private TestDoor door;
  private RawClient watcher;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open(TestHub.start(), TestConfig.standard(), clock);
    watcher = RawClient.open(door);
    watcher.send("10 0F 00 04 'MQTT' 04 02 00 00 00 03 'eye' ; CONNECT");
    watcher.expect("20 02 00 00");
    watcher.send("82 09 00 01 00 04 'will' 00 ; SUBSCRIBE");
    watcher.expect("90 03 00 01 00");
  }

  @AfterEach
  void close() throws IOException {
    watcher.close();
    door.close();
  }

  private void expectWill() throws IOException {
    watcher.expect("30 09 00 04 'will' 'bye'");
  }

  private RawClient connect(String flags, String properties, String will) throws IOException {
    RawClient client = RawClient.connectV5(door, "mortal", flags, properties, will);
    client.expectAccepted(flags.equals(WITH_WILL_GO_ON));
    return client;
  }

  @Test
  void it_is_published_when_the_connection_breaks() throws IOException {
    try (RawClient client = connect(WITH_WILL, "", WILL)) {
      client.vanish();
    }
    expectWill();
  }

  @Test
  void it_is_published_when_the_client_closes_without_a_goodbye() throws IOException {
    connect(WITH_WILL, "", WILL).close();
    expectWill();
  }

  @Test
  void it_is_void_after_an_orderly_goodbye() throws IOException {
    try (RawClient client = connect(WITH_WILL, "", WILL)) {
      client.send("E0 00 ; DISCONNECT");
      client.expectClosed();
    }
    watcher.expectNothing();
  }

  @Test
  void it_is_published_when_the_goodbye_asks_for_it() throws IOException {
    try (RawClient client = connect(WITH_WILL, "", WILL)) {
      client.send("E0 01 04 ; DISCONNECT with will message");
      client.expectClosed();
    }
    expectWill();
  }

  @Test
  void it_is_published_when_the_client_breaks_the_rules() throws IOException {
    try (RawClient client = connect(WITH_WILL, "", WILL)) {
      client.send("00 00");
      assertThat(client.readToEnd()).startsWith(0xE0);
    }
    expectWill();
  }

  @Test
  void it_is_published_when_the_client_falls_silent() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send("10 17 00 04 'MQTT' 04 06 00 01 00 01 'm' ; CONNECT, keep alive 1 s");
      client.send("00 04 'will' 00 02 '..'");
      client.expect("20 02 00 00");
      client.expectClosed();
    }
    watcher.expect("30 08 00 04 'will' '..'");
  }

  @Test
  void it_is_published_when_the_session_is_taken_over() throws IOException {
    try (RawClient client = connect(WITH_WILL, "", WILL);
        RawClient other = RawClient.connectV5(door, "mortal", "02", "")) {
      other.expectAccepted(false);
      expectWill();
      assertThat(client.readToEnd()).startsWith(0xE0);
    }
  }

  @Test
  void with_a_delay_it_waits_and_is_published_then() throws IOException {
    connect(WITH_WILL, KEEP, WILL_IN_A_MINUTE).close();
    Eventually.holds(() -> door.gauge("polyhub.connections") == 1);
    watcher.expectNothing();
    clock.advance(Duration.ofSeconds(61));
    expectWill();
  }

  @Test
  void with_a_delay_it_is_void_if_the_client_comes_back_in_time() throws IOException {
    connect(WITH_WILL, KEEP, WILL_IN_A_MINUTE).close();
    Eventually.holds(() -> door.gauge("polyhub.connections") == 1);
    try (RawClient client = RawClient.connectV5(door, "mortal", "00", KEEP)) {
      client.expectAccepted(true);
      clock.advance(Duration.ofSeconds(61));
      watcher.expectNothing();
    }
  }

  @Test
  void with_a_delay_it_is_published_at_once_if_the_client_begins_anew() throws IOException {
    connect(WITH_WILL, KEEP, WILL_IN_A_MINUTE).close();
    Eventually.holds(() -> door.gauge("polyhub.connections") == 1);
    try (RawClient client = RawClient.connectV5(door, "mortal", "02", KEEP)) {
      client.expectAccepted(false);
      expectWill();
    }
  }

  @Test
  void a_delay_is_never_longer_than_the_session() throws IOException {
    connect(WITH_WILL, "", WILL_IN_A_MINUTE).close();
    expectWill();
  }

  @Test
  void it_is_published_with_its_own_quality_properties_and_as_a_retained_message()
      throws IOException {
    String flags = "2E"; // will, QoS 1, retain, clean start
    connect(flags, "", "06 03 00 03 'a/b' 00 04 'last' 00 01 '!'").close();
    Eventually.holds(() -> door.count("polyhub.mqtt.wills") == 1);
    try (RawClient late = RawClient.connectV5(door)) {
      late.send("82 0A 00 01 00 00 04 'last' 01 ; SUBSCRIBE");
      late.expect("90 04 00 01 00 01");
      late.expect("33 10 00 04 'last' 00 01 06 03 00 03 'a/b' '!'");
    }
  }
}
