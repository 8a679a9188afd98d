package io.polyhub.broker.embedded;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data directories that hold less than was told of them: an older copy that was put back, or a log
 * that lost its end.
 */
class RestoredCopyTest {

  @TempDir Path root;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private Path data() {
    return root.resolve("data");
  }

  private Path copy() {
    return root.resolve("copy");
  }

  private BrokerProbe open() {
    EmbeddedConfig config =
        EmbeddedConfig.in(data())
            .with(new EmbeddedConfig.Commit(true, 10_000, 64L << 20, 0, Duration.ofSeconds(10)))
            .with(TestConfigs.SWIFT_UPKEEP);
    return new BrokerProbe(
        EmbeddedBroker.open(config, registry, new TestClock()),
        Guarantee.AT_LEAST_ONCE,
        time -> {});
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.getFileName().toString().equals("LOCK")) {
          Files.copy(file, target);
        }
      }
    }
  }

  private void putBack() throws IOException {
    Files.move(data(), root.resolve("lost" + System.nanoTime()));
    copyAll(copy(), data());
  }

  private static void assertTold(BrokerProbe probe, Cursor lost) throws Exception {
    for (String filter : List.of(KEPT, "kept/#", "#")) {
      assertThat(probe.read(filter, lost).complete()).as(filter).isFalse();
    }
    assertThat(probe.readBack(KEPT, lost, 10).complete()).as("in reverse").isFalse();
    assertThat(probe.broker().renewed(lost)).isEqualTo(lost);
  }

  private static void assertGoesOn(BrokerProbe probe, Cursor good, String... rest)
      throws Exception {
    for (String filter : List.of(KEPT, "kept/#")) {
      LogPage page = probe.read(filter, good);
      assertThat(page.complete()).as(filter).isTrue();
      assertThat(texts(page)).as(filter).containsExactly(rest);
    }
  }

  @Test
  void a_cursor_from_after_the_copy_is_told_though_the_copy_has_grown_past_it() throws Exception {
    Position before;
    try (BrokerProbe probe = open()) {
      before = probe.publish(KEPT, "1");
    }
    copyAll(data(), copy());
    Position lost;
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "2");
      lost = probe.publish(KEPT, "3");
    }
    putBack();
    try (BrokerProbe probe = open()) {
      assertTold(probe, Cursor.of(lost));
      for (String text : List.of("2b", "3b", "4b", "5b")) {
        probe.publish(KEPT, text);
      }
      assertTold(probe, Cursor.of(lost));
      assertGoesOn(probe, Cursor.of(before), "2b", "3b", "4b", "5b");
    }
  }

  @Test
  void a_cursor_of_the_run_that_the_copy_was_taken_in_is_told_too() throws Exception {
    Position before;
    Position lost;
    try (BrokerProbe probe = open()) {
      before = probe.publish(KEPT, "1");
      copyAll(data(), copy()); // nothing is written meanwhile: as an atomic snapshot of the disk
      probe.publish(KEPT, "2");
      lost = probe.publish(KEPT, "3");
    }
    putBack();
    try (BrokerProbe probe = open()) {
      for (String text : List.of("2b", "3b", "4b")) {
        probe.publish(KEPT, text);
      }
      assertTold(probe, Cursor.of(lost));
      assertThat(registry.counter("polyhub.broker.cursors.lost").count()).isPositive();
      assertGoesOn(probe, Cursor.of(before), "2b", "3b", "4b");
    }
  }

  @Test
  void a_copy_that_is_put_back_twice_is_another_log_each_time() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "1");
    }
    copyAll(data(), copy());
    putBack();
    Position lost;
    try (BrokerProbe probe = open()) {
      lost = probe.publish(KEPT, "2");
    }
    putBack();
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "2b");
      probe.publish(KEPT, "3b");
      assertTold(probe, Cursor.of(lost));
    }
  }

  @Test
  void a_copy_that_is_put_back_under_a_running_broker_is_told_of() throws Exception {
    Position before;
    try (BrokerProbe probe = open()) {
      before = probe.publish(KEPT, "1");
      copyAll(data(), copy());
      probe.publish(KEPT, "2");
      Position lost = probe.publish(KEPT, "3");
      Files.move(data(), root.resolve("lost"));
      BrokerProbe.await(() -> {
        var _ = probe.append(BrokerProbe.text(KEPT, "refused").build(), null);
        return !probe.broker().isReady();
      });
      Path ready = root.resolve("ready");
      copyAll(copy(), ready);
      Files.move(ready, data());
      BrokerProbe.await(probe.broker()::isReady);
      probe.told().awaitGap();
      for (String text : List.of("2b", "3b", "4b")) {
        assertThat(probe.publish(KEPT, text).epoch()).isNotEqualTo(before.epoch());
      }
      assertTold(probe, Cursor.of(lost));
      assertGoesOn(probe, Cursor.of(before), "2b", "3b", "4b");
    }
  }

  @Test
  void a_cursor_from_the_lost_end_of_a_log_is_told_though_its_offset_is_given_again()
      throws Exception {
    Position early;
    Position lost;
    try (BrokerProbe probe = open()) {
      early = probe.publish(KEPT, "1");
      probe.publishMany(KEPT, 1_000);
      lost = probe.publish(KEPT, "last");
      copyAll(data(), copy()); // as it lies there after kill -9
    }
    putBack();
    Path writeAhead = newestWriteAheadLog();
    byte[] whole = Files.readAllBytes(writeAhead);
    Files.write(writeAhead, Arrays.copyOf(whole, whole.length / 2));
    try (BrokerProbe probe = open()) {
      Position again = probe.publish(KEPT, "again");
      assertThat(again.offset()).as("the log lost its end").isLessThan(lost.offset());
      while (again.offset() <= lost.offset() + 10) {
        again = probe.publish(KEPT, "again");
      }
      assertTold(probe, Cursor.of(lost));
      assertThat(probe.read(KEPT, Cursor.of(early)).complete()).isTrue();
    }
  }

  @Test
  void after_an_end_without_a_close_all_cursors_are_good() throws Exception {
    Position early;
    Position last;
    try (BrokerProbe probe = open()) {
      early = probe.publish(KEPT, "1");
      last = probe.publish(KEPT, "2");
      copyAll(data(), copy());
    }
    putBack();
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "3");
      assertGoesOn(probe, Cursor.of(early), "2", "3");
      assertGoesOn(probe, Cursor.of(last), "3");
    }
  }

  @Test
  void cursors_that_an_earlier_version_gave_are_good() throws Exception {
    Position first;
    try (BrokerProbe probe = open()) {
      first = probe.publish(KEPT, "1");
      probe.publish(KEPT, "2");
    }
    try (Store store = new Store(new DataDirectory(data()))) {
      store.open(false);
      try (Batch batch = store.batch()) {
        batch.put(Family.INFO, Layout.text("epoch"), Layout.text("EarlierOne"));
        batch.delete(Family.INFO, Layout.text("generations"));
        store.write(batch, true);
      }
    }
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "3");
      assertGoesOn(probe, Cursor.of(new Position("EarlierOne", first.offset())), "2", "3");
      assertTold(probe, Cursor.of(new Position("EarlierOne", first.offset() + 2)));
    }
  }

  private Path newestWriteAheadLog() throws IOException {
    try (Stream<Path> files = Files.list(data().resolve("log"))) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".log"))
          .sorted()
          .toList()
          .getLast();
    }
  }
}
