package io.polyhub.broker.embedded;

import java.time.Duration;

/** Configurations that tests share. */
final class TestConfigs {

  /** Sweeps all the time. */
  static final EmbeddedConfig.Upkeep SWIFT_UPKEEP =
      new EmbeddedConfig.Upkeep(Duration.ofMillis(10), Duration.ofDays(30));

  /** Leaves the disk to the machine, and needs no reserve on it. */
  static final EmbeddedConfig.Commit UNSYNCED =
      new EmbeddedConfig.Commit(false, 65_536, 64L << 20, 0, Duration.ofSeconds(10));

  private TestConfigs() {}
}
