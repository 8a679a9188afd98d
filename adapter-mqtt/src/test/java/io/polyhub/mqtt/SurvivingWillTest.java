package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.TestHub;
import io.polyhub.mqtt.session.Wills;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wills outlive the process that they were given to. */
final class SurvivingWillTest {

  private static final String KEEP = "11 00 00 0E 10 ; session expiry 3600 s";
  private static final String WITH_WILL = "06";
  private static final String NONE = "02";
  private static final String GO_ON = "00";
  private static final String WILL = "00 00 04 'will' 00 03 'bye'";
  private static final String WILL_IN_A_MINUTE = "05 18 00 00 00 3C 00 04 'will' 00 03 'bye'";

  @TempDir private Path directory;

  private static RawClient connect(
      int port, String id, String flags, String properties, String... rest) throws IOException {
    RawClient client = RawClient.over(new Socket(InetAddress.getLoopbackAddress(), port));
    client.sendConnectV5(id, flags, properties, rest);
    return client;
  }

  /** A client with a session, away, that is to see all that is published as a will. */
  private static void watch(int port) throws IOException {
    try (RawClient watcher = connect(port, "eye", NONE, KEEP)) {
      watcher.expectAccepted(false);
      watcher.send("82 0A 00 01 00 00 04 'will' 01 ; SUBSCRIBE with QoS 1");
      watcher.expect("90 04 00 01 00 01");
      watcher.send("E0 00");
      watcher.expectClosed();
    }
  }

  private TestDoor again(InstantSource clock) throws IOException {
    TestHub hub = TestHub.with().broker(EmbeddedConfig.in(directory)).start();
    return TestDoor.open(hub, TestConfig.standard(), clock);
  }

  private static void expectWill(RawClient watcher) throws IOException {
    byte[] publish = watcher.read();
    assertThat(Bytes.hex(publish)).startsWith("30 0A 00 04").endsWith(Bytes.hex(Bytes.of("'bye'")));
  }

  private static RawClient watcherOf(TestDoor door) throws IOException {
    RawClient watcher = connect(door.port(), "eye", GO_ON, KEEP);
    watcher.expectAccepted(true);
    return watcher;
  }

  @Test
  void after_kill_9_a_will_is_published_once_at_the_next_start() throws IOException {
    try (DoorProcess killed = DoorProcess.start(directory)) {
      watch(killed.port());
      connect(killed.port(), "mortal", WITH_WILL, "", WILL).expectAccepted(false);
    }
    try (TestDoor door = again(InstantSource.system());
        RawClient watcher = watcherOf(door)) {
      expectWill(watcher);
      assertThat(door.count("polyhub.mqtt.wills.inherited")).isEqualTo(1);
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 0);
    }
    try (TestDoor door = again(InstantSource.system());
        RawClient watcher = watcherOf(door)) {
      watcher.expectNothing();
    }
  }

  @Test
  void a_will_that_was_void_or_published_before_kill_9_is_not_published_after_it()
      throws IOException {
    try (DoorProcess killed = DoorProcess.start(directory)) {
      watch(killed.port());
      try (RawClient orderly = connect(killed.port(), "orderly", WITH_WILL, "", WILL)) {
        orderly.expectAccepted(false);
        orderly.send("E0 00 ; DISCONNECT");
        orderly.expectClosed();
      }
      try (RawClient watcher = connect(killed.port(), "eye", GO_ON, KEEP);
          RawClient asking = connect(killed.port(), "asking", WITH_WILL, "", WILL)) {
        watcher.expectAccepted(true);
        asking.expectAccepted(false);
        asking.send("E0 01 04 ; DISCONNECT with will message");
        byte[] publish = watcher.read();
        assertThat(publish).as("the will, QoS 0").startsWith(0x30);
        watcher.send("E0 00");
        watcher.expectClosed();
      }
      // What a client connected after the others is told shows that their records are dealt with.
      try (RawClient last = connect(killed.port(), "last", WITH_WILL, "", WILL)) {
        last.expectAccepted(false);
        last.send("E0 00");
        last.expectClosed();
      }
      connect(killed.port(), "after", WITH_WILL, "", "00 00 04 'none' 00 00").expectAccepted(false);
    }
    try (TestDoor door = again(InstantSource.system());
        RawClient watcher = watcherOf(door)) {
      Eventually.holds(() -> door.count("polyhub.mqtt.wills") == 1);
      assertThat(door.count("polyhub.mqtt.wills.inherited")).as("that of 'after'").isEqualTo(1);
      watcher.expectNothing();
    }
  }

  @Test
  void after_kill_9_a_will_with_a_delay_waits_that_long() throws IOException {
    try (DoorProcess killed = DoorProcess.start(directory)) {
      watch(killed.port());
      connect(killed.port(), "mortal", WITH_WILL, KEEP, WILL_IN_A_MINUTE).expectAccepted(false);
    }
    SettableClock clock = new SettableClock();
    try (TestDoor door = again(clock);
        RawClient watcher = watcherOf(door)) {
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 1);
      clock.advance(Duration.ofSeconds(59));
      watcher.expectNothing();
      clock.advance(Duration.ofSeconds(2));
      expectWill(watcher);
    }
  }

  @Test
  void after_kill_9_a_will_with_a_delay_is_void_if_the_client_comes_back_in_time()
      throws IOException {
    try (DoorProcess killed = DoorProcess.start(directory)) {
      watch(killed.port());
      connect(killed.port(), "mortal", WITH_WILL, KEEP, WILL_IN_A_MINUTE).expectAccepted(false);
    }
    SettableClock clock = new SettableClock();
    try (TestDoor door = again(clock);
        RawClient watcher = watcherOf(door)) {
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 1);
      try (RawClient back = connect(door.port(), "mortal", GO_ON, KEEP)) {
        back.expectAccepted(true);
        clock.advance(Duration.ofSeconds(61));
        Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 0);
        watcher.expectNothing();
      }
    }
  }

  @Test
  void a_client_whose_will_cannot_be_stored_is_refused() throws IOException {
    long moreThanThereIs = Long.MAX_VALUE / 4;
    EmbeddedConfig full =
        EmbeddedConfig.in(directory)
            .with(
                new EmbeddedConfig.Commit(
                    true, 1_000, 64 << 20, moreThanThereIs, Duration.ofSeconds(10)));
    try (TestDoor door =
        TestDoor.open(TestHub.with().broker(full).start(), TestConfig.standard())) {
      try (RawClient mortal = connect(door.port(), "mortal", WITH_WILL, "", WILL)) {
        mortal.expectClosed();
      }
      assertThat(door.count("polyhub.mqtt.wills.failed")).isEqualTo(1);
      try (RawClient other = connect(door.port(), "other", NONE, "")) {
        other.expectAccepted(false);
      }
    }
  }

  @Test
  void records_are_kept_only_while_they_may_be_needed() throws IOException {
    try (TestDoor door = TestDoor.open()) {
      try (RawClient client = connect(door.port(), "mortal", WITH_WILL, "", WILL)) {
        client.expectAccepted(false);
        assertThat(door.gauge("polyhub.mqtt.wills.kept")).isEqualTo(1);
        assertThat(LocalClient.await(door.hub().hub().records(Wills.RECORDS).page("", 10)))
            .hasSize(1);
        client.send("E0 00 ; DISCONNECT");
        client.expectClosed();
      }
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 0);
      Eventually.holds(
          () -> LocalClient.await(door.hub().hub().records(Wills.RECORDS).page("", 10)).isEmpty());
    }
  }

  private static final String[] OF_3_1_1 = {
    "10 1A 00 04 'MQTT' 04 06 00 3C 00 03 'dev'",
    "00 04 'will' 00 03 'bye'",
    "; CONNECT with a will"
  };

  private static RawClient connectV3(TestDoor door) throws IOException {
    RawClient client = RawClient.open(door);
    client.send(OF_3_1_1);
    client.expect("20 02 00 00");
    return client;
  }

  @Test
  void when_the_server_goes_down_the_will_of_a_client_that_comes_back_in_time_is_void()
      throws IOException {
    SettableClock clock = new SettableClock();
    try (TestDoor door = again(clock)) {
      watch(door.port());
      connectV3(door);
    }
    try (TestDoor door = again(clock);
        RawClient watcher = watcherOf(door)) {
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 1);
      try (RawClient back = connectV3(door)) {
        clock.advance(Duration.ofSeconds(31));
        Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 1);
        watcher.expectNothing();
        back.send("E0 00");
        back.expectClosed();
      }
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 0);
      assertThat(door.count("polyhub.mqtt.wills")).isZero();
    }
  }

  @Test
  void when_the_server_goes_down_the_will_of_a_client_that_stays_away_is_published_after_a_while()
      throws IOException {
    SettableClock clock = new SettableClock();
    try (TestDoor door = again(clock)) {
      watch(door.port());
      connectV3(door);
    }
    try (TestDoor door = again(clock);
        RawClient watcher = watcherOf(door)) {
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 1);
      clock.advance(Duration.ofSeconds(29));
      watcher.expectNothing();
      clock.advance(Duration.ofSeconds(2));
      expectWill(watcher);
      Eventually.holds(() -> door.gauge("polyhub.mqtt.wills.kept") == 0);
    }
  }
}
