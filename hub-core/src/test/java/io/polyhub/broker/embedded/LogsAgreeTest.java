package io.polyhub.broker.embedded;

import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The durable log answers just as the plain log in memory does, whatever happens. */
class LogsAgreeTest {

  private static final List<String> CHANNELS =
      List.of("few/a", "few/b", "light/a", "brief/a", "brief/b", "kept/a", "kept/a/b", "kept/c");
  private static final List<String> FILTERS =
      List.of("#", "+/a", "few/+", "kept/#", "+/b", "brief/#", "light/a", "few/a", "kept/a");
  private static final int STEPS = 1_500;

  // Age is enforced on append alone, at the same moment in both.
  private static final EmbeddedConfig.Upkeep NO_UPKEEP =
      new EmbeddedConfig.Upkeep(Duration.ofDays(1), Duration.ofDays(30));

  @TempDir Path directory;
  private final TestClock clock = new TestClock();

  @Test
  void with_much_memory() throws Exception {
    agree(EmbeddedConfig.Memory.STANDARD, System.nanoTime());
  }

  @Test
  void with_hardly_any_memory() throws Exception {
    agree(new EmbeddedConfig.Memory(1, 1, 2, 256 << 20, 10_000, 1 << 20), System.nanoTime());
  }

  @Test
  void with_rings_that_come_and_go() throws Exception {
    agree(new EmbeddedConfig.Memory(20_000, 7, 5, 256 << 20, 10_000, 1 << 20), System.nanoTime());
  }

  private void agree(EmbeddedConfig.Memory memory, long seed) throws Exception {
    Random chance = new Random(seed);
    Supplier<BrokerProbe> reopen =
        () ->
            probe(
                EmbeddedConfig.in(directory)
                    .with(TestConfigs.UNSYNCED)
                    .with(memory)
                    .with(NO_UPKEEP));
    BrokerProbe durable = reopen.get();
    try (BrokerProbe plain = probe(EmbeddedConfig.inMemory().with(NO_UPKEEP))) {
      String plainEpoch = plain.publish("kept/a", "first").epoch();
      String durableEpoch = durable.publish("kept/a", "first").epoch();
      for (int step = 0; step < STEPS; step++) {
        String what = "step " + step + ", seed " + seed;
        int kind = chance.nextInt(100);
        if (kind < 55) {
          Publication publication = publication(chance);
          String key = chance.nextInt(4) == 0 ? "k" + chance.nextInt(30) : null;
          Appended expected = BrokerProbe.get(plain.append(publication, key));
          Appended found = BrokerProbe.get(durable.append(publication, key));
          assertThat(offset(found)).as(what).isEqualTo(offset(expected));
          assertThat(((Appended.Stored) found).duplicate())
              .as(what)
              .isEqualTo(((Appended.Stored) expected).duplicate());
        } else if (kind < 90) {
          compareReads(plain, plainEpoch, durable, durableEpoch, chance, what);
        } else if (kind < 94) {
          String filter = FILTERS.get(chance.nextInt(FILTERS.size()));
          int limit = 1 + chance.nextInt(6);
          assertThat(durable.lastValues(filter, limit))
              .as(what)
              .isEqualTo(plain.lastValues(filter, limit));
        } else if (kind < 99) {
          clock.pass(Duration.ofSeconds(chance.nextInt(50)));
        } else {
          durable.close();
          durable = reopen.get();
          durableEpoch = durable.top("kept/a").positions().getFirst().epoch();
        }
      }
    } finally {
      durable.close();
    }
  }

  private static void compareReads(
      BrokerProbe plain,
      String plainEpoch,
      BrokerProbe durable,
      String durableEpoch,
      Random chance,
      String what)
      throws Exception {
    String filter = FILTERS.get(chance.nextInt(FILTERS.size()));
    boolean exact = ChannelFilter.of(filter).exact();
    long top = plain.top("#").offset(plainEpoch).orElseThrow();
    long since = chance.nextInt(10) == 0 ? -1 : Math.max(0, top - chance.nextInt(60));
    int limit = 1 + chance.nextInt(20);
    int bytes = 1 + chance.nextInt(5_000);
    LogPage expected;
    LogPage found;
    if (exact && chance.nextInt(3) == 0) {
      expected = plain.readBack(filter, cursor(plainEpoch, since), limit);
      found = durable.readBack(filter, cursor(durableEpoch, since), limit);
    } else {
      expected = plain.read(filter, cursor(plainEpoch, since), limit, bytes);
      found = durable.read(filter, cursor(durableEpoch, since), limit, bytes);
    }
    String read = what + ", " + filter + " since " + since + ", at most " + limit;
    assertThat(BrokerProbe.texts(found)).as(read).isEqualTo(BrokerProbe.texts(expected));
    assertThat(found.complete()).as(read).isEqualTo(expected.complete());
    assertThat(found.end()).as(read).isEqualTo(expected.end());
    if (exact || found.end()) {
      // Between publications of many channels either may look past some that were let go.
      assertThat(found.next().offset(durableEpoch))
          .as(read)
          .isEqualTo(expected.next().offset(plainEpoch));
    }
  }

  private static @Nullable Cursor cursor(String epoch, long since) {
    return since < 0 ? null : Cursor.of(new Position(epoch, since));
  }

  private Publication publication(Random chance) {
    String channel = CHANNELS.get(chance.nextInt(CHANNELS.size()));
    boolean retained = chance.nextInt(5) == 0;
    String text = retained && chance.nextInt(4) == 0 ? "" : "t" + chance.nextInt();
    return text(channel, text + "x".repeat(text.isEmpty() ? 0 : chance.nextInt(400)))
        .retained(retained)
        .expiresAtMillis(chance.nextInt(8) == 0 ? clock.millis() + chance.nextInt(60_000) : 0)
        .build();
  }

  private static long offset(Appended appended) {
    return ((Appended.Stored) appended).position().offset();
  }

  private BrokerProbe probe(EmbeddedConfig config) {
    return new BrokerProbe(
        EmbeddedBroker.open(config, new SimpleMeterRegistry(), clock),
        Guarantee.AT_LEAST_ONCE,
        clock::pass);
  }
}
