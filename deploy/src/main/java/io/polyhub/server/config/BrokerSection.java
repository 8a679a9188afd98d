package io.polyhub.server.config;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.broker.embedded.EmbeddedConfig.Commit;
import io.polyhub.broker.embedded.EmbeddedConfig.Keys;
import io.polyhub.broker.embedded.EmbeddedConfig.Memory;
import io.polyhub.broker.embedded.EmbeddedConfig.Reads;
import io.polyhub.broker.embedded.EmbeddedConfig.Upkeep;
import io.polyhub.broker.nats.NatsConfig;
import java.nio.file.Path;
import java.time.Duration;

/** Reads which broker it is, and the settings of either. */
final class BrokerSection {

  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MAX_CLOSE_WAIT = Duration.ofMinutes(10);
  private static final Duration MAX_WINDOW = Duration.ofDays(7);
  private static final Duration MAX_SWEEP = Duration.ofDays(1);
  private static final Duration MAX_CHANNEL_AGE = Duration.ofDays(3650);
  private static final int MAX_READERS = 256;

  /** What may stand behind the hub. */
  private enum Type {
    EMBEDDED,
    NATS
  }

  private BrokerSection() {}

  /** Settings of the type that is not in force are checked all the same. */
  static BrokerConfig read(Section section, Path dataDirectory) {
    Type type = section.read("type", Type.EMBEDDED, Kind.choice(Type.class));
    boolean inMemory = section.read("inMemory", false, Kind.flag());
    Commit commit = commit(section.section("commit"));
    Memory memory = memory(section.section("memory"));
    Keys keys = keys(section.section("idempotencyKeys"));
    Upkeep upkeep = upkeep(section.section("upkeep"));
    Reads reads = reads(section.section("reads"));
    NatsConfig nats = NatsSection.read(section.section("nats"));
    section.end();
    return switch (type) {
      case EMBEDDED ->
          new BrokerConfig.Embedded(
              new EmbeddedConfig(
                  inMemory ? null : dataDirectory, commit, memory, keys, upkeep, reads));
      case NATS -> new BrokerConfig.Nats(nats);
    };
  }

  private static Commit commit(Section section) {
    Commit standard = Commit.STANDARD;
    Commit commit =
        new Commit(
            section.read("sync", standard.sync(), Kind.flag()),
            section.read("queue", standard.queue(), count()),
            section.read("queueBytes", standard.queueBytes(), Kind.bytes(1, Long.MAX_VALUE)),
            section.read(
                "diskReserveBytes", standard.diskReserveBytes(), Kind.bytes(0, Long.MAX_VALUE)),
            section.read("closeWait", standard.closeWait(), Kind.duration(LEAST, MAX_CLOSE_WAIT)));
    section.end();
    return commit;
  }

  private static Memory memory(Section section) {
    Memory standard = Memory.STANDARD;
    Memory memory =
        new Memory(
            section.read("cacheBytes", standard.cacheBytes(), Kind.bytes(1, Long.MAX_VALUE)),
            section.read("ring", standard.ring(), count()),
            section.read("channels", standard.channels(), count()),
            section.read("logBytes", standard.logBytes(), Kind.bytes(1, Long.MAX_VALUE)),
            section.read("lastValues", standard.lastValues(), count()),
            section.read(
                "lastValueBytes", standard.lastValueBytes(), Kind.bytes(1, Long.MAX_VALUE)));
    section.end();
    return memory;
  }

  private static Keys keys(Section section) {
    Keys standard = Keys.STANDARD;
    Keys keys =
        new Keys(
            section.read("window", standard.window(), Kind.duration(LEAST, MAX_WINDOW)),
            section.read("count", standard.count(), count()));
    section.end();
    return keys;
  }

  private static Upkeep upkeep(Section section) {
    Upkeep standard = Upkeep.STANDARD;
    Upkeep upkeep =
        new Upkeep(
            section.read(
                "sweepInterval", standard.sweepInterval(), Kind.duration(LEAST, MAX_SWEEP)),
            section.read(
                "channelAge", standard.channelAge(), Kind.duration(LEAST, MAX_CHANNEL_AGE)));
    section.end();
    return upkeep;
  }

  private static Reads reads(Section section) {
    Reads standard = Reads.STANDARD;
    Reads reads =
        new Reads(
            section.read("threads", standard.threads(), Kind.integer(1, MAX_READERS)),
            section.read("queue", standard.queue(), count()));
    section.end();
    return reads;
  }

  private static Kind<Integer> count() {
    return Kind.integer(1, Integer.MAX_VALUE);
  }
}
