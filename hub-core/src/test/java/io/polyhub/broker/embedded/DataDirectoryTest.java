package io.polyhub.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused at the start, with words that help the operator. */
class DataDirectoryTest {

  @TempDir Path directory;

  private EmbeddedBroker open() {
    return EmbeddedBroker.open(
        EmbeddedConfig.in(directory).with(TestConfigs.UNSYNCED),
        new SimpleMeterRegistry(),
        new TestClock());
  }

  private Position publishOne() throws Exception {
    try (BrokerProbe probe = new BrokerProbe(open(), Guarantee.AT_LEAST_ONCE, time -> {})) {
      return probe.publish("kept/one", "1");
    }
  }

  @Test
  void a_second_broker_on_one_directory_is_refused_by_name() throws Exception {
    publishOne();
    try (EmbeddedBroker first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(BrokerUnavailableException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("in use");
      assertThat(first.isReady()).isTrue();
    }
    open().close();
  }

  @Test
  void the_size_on_the_disk_is_told_from_the_start() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    EmbeddedConfig config = EmbeddedConfig.in(directory).with(TestConfigs.UNSYNCED);
    try (EmbeddedBroker broker = EmbeddedBroker.open(config, registry, new TestClock())) {
      assertThat(broker.isReady()).isTrue();
      assertThat(registry.get("polyhub.broker.disk.bytes").gauge().value()).isPositive();
    }
  }

  @Test
  void what_lies_there_is_for_its_owner_alone() throws Exception {
    directory = directory.resolve("made/data");
    publishOne();
    assertOwnersAlone();
    Path log = directory.resolve("log");
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Path file : storeFiles("")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
    publishOne();
    assertOwnersAlone();
  }

  private void assertOwnersAlone() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as("%s", file)
            .isIn(Files.isDirectory(file) ? "rwx------" : "rw-------", "rw-------");
      }
    }
  }

  @Test
  void a_format_that_is_not_known_is_refused_and_left_alone() throws Exception {
    Position before = publishOne();
    Path format = directory.resolve("format");
    Files.writeString(format, "2\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("format is '2'")
        .hasMessageContaining(directory.toString());
    Files.writeString(format, "1\n");
    assertThat(publishOne().offset()).isEqualTo(before.offset() + 1);
  }

  @Test
  void a_log_that_is_gone_is_not_taken_for_a_new_one() throws Exception {
    publishOne();
    for (Path file : storeFiles("")) {
      Files.delete(file);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("gone")
        .hasMessageContaining("backup");
  }

  @Test
  void a_damaged_log_is_refused_and_stays_as_it_is() throws Exception {
    publishOne();
    Path manifest = storeFiles("MANIFEST").getFirst();
    byte[] damaged = Files.readAllBytes(manifest);
    for (int i = 10; i < damaged.length; i++) {
      damaged[i] ^= 0x5a;
    }
    Files.write(manifest, damaged);
    assertThatThrownBy(this::open)
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("damaged")
        .hasMessageContaining(directory.toString());
    assertThat(manifest).hasBinaryContent(damaged);
  }

  @Test
  void damage_within_the_write_ahead_log_is_refused_and_not_passed_over() throws Exception {
    try (BrokerProbe probe = new BrokerProbe(open(), Guarantee.AT_LEAST_ONCE, time -> {})) {
      for (int i = 0; i < 100; i++) {
        probe.publish("kept/one", "x".repeat(1_000));
      }
    }
    Path writeAhead = storeFiles(".log").getLast();
    byte[] damaged = Files.readAllBytes(writeAhead);
    damaged[damaged.length / 2] ^= 0x5a;
    Files.write(writeAhead, damaged);
    assertThatThrownBy(this::open)
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void a_write_that_was_cut_off_at_the_end_is_dropped() throws Exception {
    Position first;
    try (BrokerProbe probe = new BrokerProbe(open(), Guarantee.AT_LEAST_ONCE, time -> {})) {
      first = probe.publish("kept/one", "1");
    }
    Path writeAhead = storeFiles(".log").getLast();
    byte[] whole = Files.readAllBytes(writeAhead);
    Files.write(writeAhead, java.util.Arrays.copyOf(whole, whole.length - 3));
    try (BrokerProbe probe = new BrokerProbe(open(), Guarantee.AT_LEAST_ONCE, time -> {})) {
      assertThat(BrokerProbe.texts(probe.read("kept/one", null))).containsExactly("1");
      assertThat(probe.publish("kept/one", "2").offset()).isEqualTo(first.offset() + 1);
    }
  }

  @Test
  void a_new_directory_is_a_new_epoch(@TempDir Path other) throws Exception {
    Position here = publishOne();
    directory = other;
    assertThat(publishOne().epoch()).isNotEqualTo(here.epoch()).matches("[0-9A-Za-z]{10}");
  }

  @Test
  void what_was_left_by_a_start_that_was_cut_off_is_used() throws Exception {
    open().close();
    Files.delete(directory.resolve("format"));
    publishOne();
    assertThat(directory.resolve("format")).hasContent("1");
  }

  private List<Path> storeFiles(String named) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files
          .filter(file -> file.getFileName().toString().contains(named))
          .filter(file -> !file.getFileName().toString().startsWith("LOG"))
          .sorted()
          .toList();
    }
  }
}
