package io.polyhub.broker.embedded;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import io.polyhub.channel.Rules;
import io.polyhub.records.Records;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that go away or fill up. */
class StoreFailureTest {

  @TempDir Path root;
  @TempDir Path elsewhere;
  private boolean mounted;

  private BrokerProbe open(Path directory, long reserve) {
    EmbeddedConfig config =
        EmbeddedConfig.in(directory)
            .with(
                new EmbeddedConfig.Commit(true, 1_000, 64 << 20, reserve, Duration.ofSeconds(10)));
    return new BrokerProbe(
        EmbeddedBroker.open(config, new SimpleMeterRegistry(), new TestClock()),
        Guarantee.AT_LEAST_ONCE,
        time -> {});
  }

  /** Publishes until something is refused, and returns what was stored. */
  private static List<Position> publishUntilRefused(BrokerProbe probe, int size) throws Exception {
    List<Position> stored = new ArrayList<>();
    for (int i = 0; i < 1_000_000; i++) {
      Appended appended =
          BrokerProbe.get(probe.append(text(KEPT, i + "x".repeat(size)).build(), null));
      if (!(appended instanceof Appended.Stored done)) {
        assertThat(appended).isEqualTo(new Appended.Unavailable());
        return stored;
      }
      stored.add(done.position());
    }
    throw new AssertionError("nothing was refused");
  }

  @Test
  void a_directory_that_goes_away_stops_appends_until_it_is_back() throws Exception {
    Path directory = root.resolve("data");
    Path away = root.resolve("away");
    try (BrokerProbe probe = open(directory, 0)) {
      Position first = probe.publish(KEPT, "first");
      Files.move(directory, away);
      publishUntilRefused(probe, 10);
      assertThat(probe.broker().isReady()).isFalse();
      int told = probe.told().publications().size();
      assertThat(BrokerProbe.get(probe.append(text(KEPT, "no").build(), null)))
          .isEqualTo(new Appended.Unavailable());
      try {
        BrokerProbe.get(probe.broker().records("sessions").put("a", new byte[1]));
        throw new AssertionError("a record was put into nothing");
      } catch (ExecutionException expected) {
        assertThat(expected).hasCauseInstanceOf(Records.UnavailableException.class);
      }
      assertThat(probe.told().publications()).hasSize(told);
      Files.move(away, directory);
      BrokerProbe.await(probe.broker()::isReady);
      probe.told().awaitGap();
      Position next = probe.publish(KEPT, "next");
      assertThat(next.epoch()).isEqualTo(first.epoch());
      List<String> rest = BrokerProbe.texts(probe.read(KEPT, Cursor.of(first)));
      assertThat(rest.getLast()).isEqualTo("next");
      assertThat(rest).hasSize(told);
    }
  }

  @Test
  void a_disk_that_fills_up_to_the_reserve_stops_appends_until_there_is_room() throws Exception {
    fillTheDisk(48 << 20, 8 << 20);
  }

  @Test
  void a_disk_that_fills_up_entirely_stops_appends_until_there_is_room() throws Exception {
    fillTheDisk(48 << 20, 0);
  }

  private void fillTheDisk(int size, long reserve) throws Exception {
    mountSmallDisk(size);
    Path ballast = root.resolve("ballast");
    Files.write(ballast, new byte[size / 2]);
    List<Position> stored;
    Position after;
    try (BrokerProbe probe = open(root.resolve("data"), reserve)) {
      stored = publishUntilRefused(probe, 4_000);
      assertThat(stored).hasSizeGreaterThan(100);
      assertThat(probe.broker().isReady()).isFalse();
      assertThat(probe.told().publications()).hasSize(stored.size());
      assertThat(Files.getFileStore(root).getUsableSpace())
          .as("what is left of the reserve")
          .isGreaterThanOrEqualTo(reserve);
      assertThat(probe.read(KEPT, Cursor.of(stored.get(stored.size() - 3))).publications())
          .as("what is recent can be read")
          .hasSize(2);
      Files.delete(ballast);
      BrokerProbe.await(probe.broker()::isReady);
      after = probe.publish(KEPT, "after");
    }
    try (BrokerProbe probe = open(root.resolve("data"), 0)) {
      List<Long> found =
          probe.read(KEPT, null).publications().stream()
              .map(publication -> BrokerProbe.position(publication).offset())
              .toList();
      assertThat(found)
          .containsSubsequence(stored.stream().map(Position::offset).toList())
          .endsWith(after.offset())
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void the_reserve_stays_free_while_files_are_written_anew() throws Exception {
    int reserve = 24 << 20;
    mountSmallDisk(192 << 20);
    Random chance = new Random(7);
    try (BrokerProbe probe = open(root.resolve("data"), reserve)) {
      long least = Long.MAX_VALUE;
      byte[] noise = new byte[48_000];
      boolean refused = false;
      while (!refused) {
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          chance.nextBytes(noise);
          String channel = "kept/" + chance.nextInt(50);
          answers.add(
              probe.append(Publication.on(channel, noise.clone()).retained(true).build(), null));
        }
        for (CompletionStage<Appended> answer : answers) {
          refused |= BrokerProbe.get(answer) instanceof Appended.Unavailable;
        }
        least = Math.min(least, Files.getFileStore(root).getUsableSpace());
      }
      assertThat(least).as("the least that was left").isGreaterThanOrEqualTo(reserve);
    }
  }

  @Test
  void at_the_reserve_retention_goes_on_and_gives_the_room_back() throws Exception {
    int reserve = 64 << 20;
    mountSmallDisk(192 << 20);
    Random chance = new Random(7);
    TestClock clock = new TestClock();
    EmbeddedConfig config =
        EmbeddedConfig.in(root.resolve("data"))
            .with(TestConfigs.SWIFT_UPKEEP)
            .with(
                new EmbeddedConfig.Commit(true, 1_000, 64 << 20, reserve, Duration.ofSeconds(10)));
    Rules rules =
        Rules.of(
            List.of(
                BrokerProbe.rule(
                    "brief",
                    Guarantee.AT_LEAST_ONCE,
                    new Retention(1_000_000, 1L << 30, Duration.ofMinutes(1)))));
    Supplier<BrokerProbe> open =
        () ->
            new BrokerProbe(
                EmbeddedBroker.open(config, new SimpleMeterRegistry(), clock), rules, clock::pass);
    try (BrokerProbe probe = open.get()) {
      byte[] noise = new byte[40_000];
      for (int i = 0; i < 1_000; i++) {
        chance.nextBytes(noise);
        BrokerProbe.stored(
            probe.append(
                Publication.on("brief/" + chance.nextInt(9), noise.clone()).build(), null));
      }
    }
    try (BrokerProbe probe = open.get()) { // which brings it from the write-ahead log to its place
      takeAllBut(reserve - (4 << 20));
      BrokerProbe.await(() -> {
        var _ = probe.append(text("brief/one", "refused").build(), null);
        return !probe.broker().isReady();
      });
      clock.pass(Duration.ofMinutes(2));
      BrokerProbe.await(probe.broker()::isReady);
      probe.publish("brief/one", "goes on");
      assertThat(BrokerProbe.texts(probe.read("brief/#", null))).containsExactly("goes on");
    }
  }

  private void takeAllBut(long left) throws IOException {
    byte[] some = new byte[1 << 20];
    try (OutputStream ballast = Files.newOutputStream(root.resolve("ballast"))) {
      while (Files.getFileStore(root).getUsableSpace() >= left + some.length) {
        ballast.write(some);
      }
    }
  }

  private void mountSmallDisk(int size) throws Exception {
    // A disk from which a library is loaded cannot be unmounted.
    NativeLibrary.load(new DataDirectory(elsewhere));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", root.toString()),
        "a small disk can be mounted by root alone");
    mounted = true;
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", root.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
