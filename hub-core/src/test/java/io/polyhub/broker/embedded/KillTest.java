package io.polyhub.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.io.BufferedReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} under load, again and again on one directory. */
class KillTest {

  private static final int CHANNELS = 3;
  private static final int ROUNDS = 6;

  @TempDir Path directory;

  /** The places of the numbers from 1 that were acknowledged, for each channel. */
  private final List<List<Position>> acknowledged = new ArrayList<>();

  static String channel(int index) {
    return "kept/" + index;
  }

  @Test
  void what_was_acknowledged_is_there_once_and_in_order_and_old_cursors_are_good()
      throws Exception {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    for (int c = 0; c < CHANNELS; c++) {
      acknowledged.add(new ArrayList<>());
    }
    for (int round = 0; round < ROUNDS; round++) {
      publishAndKill(200 + chance.nextInt(800));
      check("round " + round + ", seed " + seed);
    }
  }

  /** Lets the process go on where the last one was cut off, and kills it after so many answers. */
  private void publishAndKill(int answers) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(KillTarget.class.getName());
    command.add(directory.toString());
    acknowledged.forEach(places -> command.add(Integer.toString(places.size() + 1)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = process.inputReader()) {
      int seen = 0;
      String line = lines.readLine();
      while (line != null) {
        // What it printed before its end was acknowledged, also if it is read only now.
        if (line.startsWith("kept/") && line.split(" ", -1).length == 4) {
          take(line.split(" ", -1));
          if (++seen == answers) {
            // Not by the process itself, which would close what is still to be read of it.
            assertThat(process.toHandle().destroyForcibly()).isTrue();
          }
        }
        line = lines.readLine();
      }
      assertThat(seen).isGreaterThanOrEqualTo(answers);
    }
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("ended by SIGKILL").isEqualTo(128 + 9);
  }

  private void take(String[] words) {
    List<Position> places = acknowledged.get(Integer.parseInt(words[0].substring(5)));
    assertThat(Integer.parseInt(words[1])).as("answers come in order").isEqualTo(places.size() + 1);
    places.add(new Position(words[2], Long.parseLong(words[3])));
  }

  private static long offset(Publication publication) {
    return BrokerProbe.position(publication).offset();
  }

  private void check(String when) throws Exception {
    EmbeddedBroker broker =
        EmbeddedBroker.open(
            EmbeddedConfig.in(directory), new SimpleMeterRegistry(), InstantSource.system());
    try (BrokerProbe probe = new BrokerProbe(broker, Guarantee.AT_LEAST_ONCE, time -> {})) {
      for (int c = 0; c < CHANNELS; c++) {
        List<Position> places = acknowledged.get(c);
        List<Publication> stored = probe.read(channel(c), null).publications();
        assertThat(BrokerProbe.texts(stored))
            .as(when)
            .isEqualTo(BrokerProbe.numbers(1, stored.size()));
        assertThat(stored.stream().limit(places.size()).map(KillTest::offset))
            .as(when)
            .containsExactlyElementsOf(places.stream().map(Position::offset).toList());
        Position early = places.get(places.size() / 3);
        LogPage rest = probe.read(channel(c), Cursor.of(early));
        assertThat(rest.complete()).as(when).isTrue();
        assertThat(rest.publications()).as(when).hasSize(stored.size() - places.size() / 3 - 1);
        byte[] record =
            BrokerProbe.get(probe.broker().records("numbers").get(channel(c))).orElseThrow();
        assertThat(ByteBuffer.wrap(record).getLong())
            .as(when)
            .isGreaterThanOrEqualTo(places.size());
      }
      assertThat(probe.read("kept/#", null).publications())
          .as(when)
          .extracting(KillTest::offset)
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }
}
