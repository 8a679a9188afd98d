package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retained messages that are replaced while somebody subscribes. */
final class RetainedRaceTest {

  private static final int ROUNDS = 150;

  @TempDir private Path directory;
  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    TestHub hub = TestHub.with().broker(EmbeddedConfig.in(directory)).start();
    door = TestDoor.open(hub, TestConfig.standard());
  }

  @AfterEach
  void close() {
    door.close();
  }

  private static String topic(int round) {
    return String.format("00 05 't%04d'", round);
  }

  private static String retain(int round, char payload) {
    return "33 0A " + topic(round) + " 00 01 '" + payload + "'";
  }

  @Test
  void what_is_retained_and_subscribed_to_in_one_segment_comes() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      try (RawClient client = RawClient.connectV3(door)) {
        client.send(
            retain(round, 'n') + " ; PUBLISH, QoS 1, retain",
            "82 0A 00 02 " + topic(round) + " 00 ; SUBSCRIBE, QoS 0");
        awaitLast(client, 'n', "round " + round);
      }
    }
  }

  @Test
  void a_subscriber_that_was_told_offline_hears_of_online() throws Exception {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    try (RawClient device = RawClient.open(door)) {
      device.send("10 12 00 04 'MQTT' 04 02 00 3C 00 06 'device' ; CONNECT");
      device.expect("20 02 00 00");
      for (int round = 0; round < ROUNDS; round++) {
        device.send(retain(round, 'f'));
        device.expect("40 02 00 01 ; PUBACK");
        try (RawClient client = RawClient.connectV3(door)) {
          int now = round;
          long later = chance.nextInt(600_000);
          Thread online =
              Thread.ofPlatform()
                  .start(() -> {
                    LockSupport.parkNanos(later);
                    try {
                      device.send(retain(now, 'n'));
                      device.expect("40 02 00 01 ; PUBACK");
                    } catch (IOException broken) {
                      throw new UncheckedIOException(broken);
                    }
                  });
          client.send("82 0A 00 02 " + topic(round) + " 00 ; SUBSCRIBE, QoS 0");
          awaitLast(client, 'n', "round " + round + ", seed " + seed);
          online.join();
        }
      }
    }
  }

  /** Reads until that payload comes, after which nothing else may. */
  private static void awaitLast(RawClient client, char payload, String what) throws IOException {
    try {
      byte[] packet = client.read();
      while ((packet[0] & 0xF0) != 0x30 || packet[packet.length - 1] != payload) {
        packet = client.read();
      }
    } catch (SocketTimeoutException lost) {
      throw new AssertionError(what + ": " + payload + " never came", lost);
    }
    client.send("C0 00 ; PINGREQ");
    byte[] packet = client.read();
    while ((packet[0] & 0xF0) != 0xD0) {
      assertThat(packet[0] & 0xF0).as(what).isNotEqualTo(0x30);
      packet = client.read();
    }
  }
}
