package io.polyhub.broker.embedded;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.numbers;
import static io.polyhub.broker.BrokerProbe.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.UnavailableException;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read without the store, and how reads of the store are bounded. */
class RingTest {

  private static final int WAITING = 5;

  @TempDir Path directory;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private BrokerProbe open(EmbeddedConfig.Memory memory, EmbeddedConfig.Reads reads) {
    EmbeddedConfig config =
        EmbeddedConfig.in(directory).with(TestConfigs.UNSYNCED).with(memory).with(reads);
    return new BrokerProbe(
        EmbeddedBroker.open(config, registry, new TestClock()),
        Guarantee.AT_LEAST_ONCE,
        time -> {});
  }

  private double gauge(String reads) {
    return registry.get("polyhub.broker.reads." + reads).gauge().value();
  }

  private double reads(String result) {
    return registry.counter("polyhub.broker.ring.reads", "result", result).count();
  }

  @Test
  void ten_thousand_who_resume_at_once_do_not_touch_the_store() throws Exception {
    try (BrokerProbe probe = open(EmbeddedConfig.Memory.STANDARD, EmbeddedConfig.Reads.STANDARD)) {
      List<Position> places = new ArrayList<>();
      for (int i = 1; i <= 100; i++) {
        places.add(probe.publish(KEPT, Integer.toString(i)));
      }
      for (int i = 0; i < 10_000; i++) {
        String filter = i % 2 == 0 ? KEPT : "kept/#";
        CompletionStage<LogPage> read =
            probe
                .broker()
                .read(
                    new LogQuery(
                        ChannelFilter.of(filter),
                        Cursor.of(places.get(i % 100)),
                        1_000,
                        1 << 20,
                        false));
        assertThat(read.toCompletableFuture()).isDone();
        assertThat(BrokerProbe.get(read).publications()).hasSize(99 - i % 100);
      }
      assertThat(reads("miss")).isZero();
      assertThat(reads("hit")).isEqualTo(10_000);
    }
  }

  @Test
  void rings_stay_within_their_bytes_and_what_fell_out_is_read_from_the_store() throws Exception {
    int cacheBytes = 200_000;
    EmbeddedConfig.Memory memory =
        new EmbeddedConfig.Memory(cacheBytes, 50, 1_000, 1 << 20, 10, 1 << 20);
    try (BrokerProbe probe = open(memory, EmbeddedConfig.Reads.STANDARD)) {
      for (int c = 0; c < 20; c++) {
        probe.publishMany("kept/" + c, 100);
        double held =
            registry.get("polyhub.broker.ring.bytes").gauge().value()
                + registry.get("polyhub.broker.tail.bytes").gauge().value();
        assertThat(held).isPositive().isLessThanOrEqualTo((double) cacheBytes);
      }
      for (int c = 0; c < 20; c++) {
        assertThat(texts(probe.read("kept/" + c, null))).isEqualTo(numbers(1, 100));
      }
      assertThat(reads("miss")).isPositive();
    }
  }

  @Test
  void channels_beyond_the_bound_leave_memory_and_are_as_they_were() throws Exception {
    EmbeddedConfig.Memory memory = new EmbeddedConfig.Memory(1 << 20, 50, 10, 1 << 20, 10, 1 << 20);
    try (BrokerProbe probe = open(memory, EmbeddedConfig.Reads.STANDARD)) {
      for (int i = 1; i <= 8; i++) {
        for (int c = 0; c < 40; c++) {
          probe.publish("few/" + c, Integer.toString(i));
        }
        assertThat(registry.get("polyhub.broker.channels").gauge().value()).isLessThanOrEqualTo(10);
      }
      for (int c = 0; c < 40; c++) {
        assertThat(texts(probe.read("few/" + c, null))).isEqualTo(numbers(4, 8));
      }
    }
  }

  @Test
  void reads_that_wait_for_the_same_share_one_and_those_over_the_bound_are_told() throws Exception {
    EmbeddedConfig.Memory memory = new EmbeddedConfig.Memory(1, 1, 2, 1 << 20, 10, 1 << 20);
    try (BrokerProbe probe = open(memory, new EmbeddedConfig.Reads(1, WAITING))) {
      Position first = probe.publish(KEPT, "1");
      probe.publish(KEPT, "2");
      probe.publish(KEPT, "3");
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      while (held.getCount() > 0) {
        var _ =
            probe
                .broker()
                .records("none")
                .get("none")
                .thenAccept(nothing -> holdReader(held, release));
        BrokerProbe.await(() -> held.getCount() == 0 || gauge("running") + gauge("waiting") == 0);
      }
      List<CompletionStage<LogPage>> same = new ArrayList<>();
      LogQuery query = new LogQuery(ChannelFilter.of(KEPT), Cursor.of(first), 10, 1 << 20, false);
      for (int i = 0; i < 100; i++) {
        same.add(probe.broker().read(query));
      }
      assertThat(same).noneMatch(stage -> stage.toCompletableFuture().isDone());
      List<CompletionStage<LogPage>> refused = new ArrayList<>();
      for (int limit = 11; limit <= 10 + WAITING; limit++) {
        LogQuery other =
            new LogQuery(ChannelFilter.of(KEPT), Cursor.of(first), limit, 1 << 20, false);
        CompletionStage<LogPage> read = probe.broker().read(other);
        if (read.toCompletableFuture().isDone()) {
          refused.add(read);
        }
      }
      assertThat(refused)
          .isNotEmpty()
          .allSatisfy(read ->
              assertThatThrownBy(() -> BrokerProbe.get(read))
                  .hasCauseInstanceOf(UnavailableException.class));
      release.countDown();
      LogPage shared = BrokerProbe.get(same.getFirst());
      assertThat(texts(shared)).containsExactly("2", "3");
      for (CompletionStage<LogPage> stage : same) {
        assertThat(BrokerProbe.get(stage).publications().getFirst())
            .isSameAs(shared.publications().getFirst());
      }
    }
  }

  /** Holds the thread that reads, if it is that; sometimes an answer comes before it is asked. */
  private static void holdReader(CountDownLatch held, CountDownLatch release) {
    if (Thread.currentThread().getName().startsWith("broker-read") && held.getCount() > 0) {
      held.countDown();
      try {
        assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }
}
