package io.polyhub.hub.session;

import static io.polyhub.hub.LocalClient.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.channel.Quality;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.SharedHub;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published and retained while somebody subscribes who asks for last values. */
class LastValueRaceTest {

  /** Where nothing has a place, what is retained may come as a last value and live. */
  private static final String WITHOUT_HISTORY = "amo/";

  private static final String OLD = "old";
  private static final String NEW = "new";

  @Test
  void in_memory_nothing_that_is_retained_meanwhile_is_lost() throws Exception {
    try (TestHub test = TestHub.start()) {
      race(test.hub(), test.hub(), "memo/", 300);
    }
  }

  @Test
  void without_history_nothing_that_is_retained_meanwhile_is_lost() throws Exception {
    try (TestHub test = TestHub.start()) {
      race(test.hub(), test.hub(), WITHOUT_HISTORY, 300);
    }
  }

  @Test
  void on_disk_nothing_that_is_retained_meanwhile_is_lost(@TempDir Path directory)
      throws Exception {
    try (TestHub test = TestHub.with().broker(EmbeddedConfig.in(directory)).start()) {
      race(test.hub(), test.hub(), "stored/", 150);
    }
  }

  @Test
  void on_several_nodes_nothing_that_is_retained_meanwhile_is_lost() throws Exception {
    String prefix = "t" + UUID.randomUUID().toString().substring(0, 8);
    try (SharedHub one = shared(prefix);
        SharedHub other = shared(prefix)) {
      one.awaitNodes(2);
      other.awaitNodes(2);
      race(one.hub(), other.hub(), "stored/", 100);
      race(one.hub(), other.hub(), WITHOUT_HISTORY, 100);
    }
  }

  private static SharedHub shared(String prefix) {
    return new SharedHub(
        NatsServers.shared().uris(), prefix, TestHub.anyone(), InstantSource.system());
  }

  /** Many times: the value is replaced by one client while another subscribes. */
  private static void race(Hub publishing, Hub subscribing, String prefix, int rounds)
      throws Exception {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    try (LocalClient publisher = LocalClient.admitted(publishing)) {
      for (int round = 0; round < rounds; round++) {
        String channel = prefix + "r" + round;
        retain(publisher, channel, OLD);
        CyclicBarrier together = new CyclicBarrier(2);
        long later = chance.nextInt(400_000) - 200_000L;
        Thread replacing =
            Thread.ofPlatform()
                .start(() -> {
                  meet(together, later);
                  retain(publisher, channel, NEW);
                });
        try (LocalClient subscriber = LocalClient.admitted(subscribing)) {
          String filter = chance.nextBoolean() ? channel : prefix + "r" + round + "/#";
          meet(together, -later);
          subscriber.subscribe(SubscribeRequest.to(filter).withLastValues(true));
          replacing.join();
          String what = prefix + " round " + round + ", seed " + seed;
          List<String> texts = until(subscriber, what);
          assertThat(texts).as(what).endsWith(NEW);
          if (!prefix.equals(WITHOUT_HISTORY)) {
            assertThat(texts).as(what).doesNotHaveDuplicates();
          }
        }
      }
    }
  }

  private static void meet(CyclicBarrier together, long later) {
    try {
      together.await();
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
    if (later > 0) {
      LockSupport.parkNanos(later);
    }
  }

  private static List<String> until(LocalClient subscriber, String what) {
    List<String> texts = subscriber.texts(1);
    if (texts.contains(NEW)) {
      return texts;
    }
    try {
      return subscriber.texts(2);
    } catch (AssertionError lost) {
      throw new AssertionError(what + ": got " + texts + " alone", lost);
    }
  }

  private static void retain(LocalClient client, String channel, String payload) {
    done(
        client.ask(session ->
            session.publish(
                new PublishRequest(
                    channel,
                    payload.getBytes(StandardCharsets.UTF_8),
                    null,
                    List.of(),
                    null,
                    null,
                    null,
                    true,
                    Quality.ASSURED,
                    null,
                    null))));
  }

  @Test
  void all_last_values_come_at_the_clients_pace_and_never_an_older_after_a_newer()
      throws Exception {
    try (TestHub test = TestHub.start();
        LocalClient publisher = LocalClient.admitted(test.hub());
        LocalClient subscriber = LocalClient.admitted(test.hub())) {
      int count = 3 * Limits.STANDARD.lastValues() + 1;
      for (int i = 0; i < count; i++) {
        retain(publisher, "amo/v" + i, OLD);
      }
      subscriber.takes(1);
      subscriber.subscribe(SubscribeRequest.to("amo/#").withLastValues(true));
      assertThat(subscriber.texts(1)).containsExactly(OLD);
      for (int i = 0; i < count; i++) {
        if (!subscriber.received().getFirst().publication().channel().equals("amo/v" + i)) {
          retain(publisher, "amo/v" + i, NEW);
        }
      }
      subscriber.takes(Integer.MAX_VALUE);
      List<String> texts = subscriber.texts(count);
      assertThat(texts).filteredOn(OLD::equals).hasSize(1);
      assertThat(texts).filteredOn(NEW::equals).hasSizeGreaterThanOrEqualTo(count - 1);
    }
  }
}
