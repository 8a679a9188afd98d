package io.polyhub.broker.embedded;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.position;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import io.polyhub.channel.Rules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A block of the log that the disk gives back as something else. */
class DamagedBlockTest {

  private static final int COUNT = 2_000;

  @TempDir Path directory;

  private BrokerProbe open(Rules rules) {
    EmbeddedConfig config =
        EmbeddedConfig.in(directory)
            .with(TestConfigs.UNSYNCED)
            .with(new EmbeddedConfig.Upkeep(Duration.ofDays(1), Duration.ofDays(30)));
    return new BrokerProbe(
        EmbeddedBroker.open(config, new SimpleMeterRegistry(), new TestClock()), rules, time -> {});
  }

  private BrokerProbe open() {
    return open(BrokerProbe.rules(Guarantee.AT_LEAST_ONCE));
  }

  /** Publishes numbers, and damages the middle of where they lie. */
  @BeforeEach
  void damage() throws Exception {
    try (BrokerProbe probe = open()) {
      for (int n = 1; n < COUNT; n++) {
        var _ = probe.append(BrokerProbe.text(KEPT, text(n)).build(), null);
      }
      probe.publish(KEPT, text(COUNT));
    }
    open().close(); // which brings it from the write-ahead log to its place
    Path largest;
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      largest =
          files
              .filter(file -> file.toString().endsWith(".sst"))
              .max(Comparator.comparingLong(DamagedBlockTest::size))
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(largest);
    bytes[bytes.length / 2] ^= 0x5a;
    Files.write(largest, bytes);
  }

  /** Chance enough that it takes its room compressed too. */
  private static String text(int n) {
    StringBuilder text = new StringBuilder(n + ":");
    for (int i = 1; i <= 20; i++) {
      text.append(Long.toHexString(n * 0x9E3779B97F4A7C15L * i));
    }
    return text.toString();
  }

  private static int number(Publication publication) {
    String text = BrokerProbe.text(publication);
    return Integer.parseInt(text.substring(0, text.indexOf(':')));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  void what_lies_before_and_behind_is_read_page_by_page_and_the_gap_is_told() throws Exception {
    try (BrokerProbe probe = open()) {
      for (String filter : List.of(KEPT, "kept/#")) {
        List<Integer> before = new ArrayList<>();
        List<Integer> behind = new ArrayList<>();
        int told = 0;
        Cursor next = null;
        LogPage page;
        do {
          page = probe.read(filter, next, 100, 1 << 20);
          told += page.damaged() ? 1 : 0;
          assertThat(page.complete()).as(filter).isEqualTo(!page.damaged());
          List<Integer> to = told == 0 ? before : behind;
          page.publications().forEach(publication -> to.add(number(publication)));
          next = page.next();
        } while (!page.end());
        assertThat(told).as(filter).isEqualTo(1);
        assertThat(before).as(filter).isNotEmpty().startsWith(1).isSorted().doesNotHaveDuplicates();
        assertThat(behind).as(filter).isNotEmpty().endsWith(COUNT).isSorted();
        int lost = COUNT - before.size() - behind.size();
        assertThat(lost).as(filter).isBetween(1, 100);
        assertThat(behind.getFirst()).as(filter).isEqualTo(before.getLast() + lost + 1);
      }
    }
  }

  @Test
  void backwards_what_lies_behind_is_read_before_the_gap_is_told() throws Exception {
    try (BrokerProbe probe = open()) {
      List<Integer> behind = new ArrayList<>();
      List<Integer> before = new ArrayList<>();
      int told = 0;
      Cursor next = null;
      LogPage page;
      do {
        page = probe.readBack(KEPT, next, 100);
        told += page.damaged() ? 1 : 0;
        List<Integer> to = told == 0 ? behind : before;
        page.publications().forEach(publication -> to.add(number(publication)));
        next = page.next();
      } while (!page.end());
      assertThat(told).isEqualTo(1);
      assertThat(behind).isNotEmpty().startsWith(COUNT);
      assertThat(before).isNotEmpty().endsWith(1);
      assertThat(COUNT - before.size() - behind.size()).isBetween(1, 100);
    }
  }

  @Test
  void the_log_goes_on_and_lets_go_what_is_damaged_when_it_is_its_turn() throws Exception {
    Rules fewer =
        Rules.of(
            List.of(
                BrokerProbe.rule(
                    "kept",
                    Guarantee.AT_LEAST_ONCE,
                    new Retention(100, 64 << 20, Duration.ofDays(1)))));
    try (BrokerProbe probe = open(fewer)) {
      Position last = null;
      for (int n = COUNT + 1; n <= COUNT + 300; n++) {
        last = probe.publish(KEPT, text(n));
      }
      BrokerProbe.await(probe.broker()::isReady);
      LogPage page = probe.read(KEPT, null);
      assertThat(page.publications()).hasSizeLessThanOrEqualTo(100);
      assertThat(position(page.publications().getLast())).isEqualTo(last);
      assertThat(page.damaged()).isFalse();
    }
  }
}
