package io.polyhub.broker.embedded;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of the embedded broker, and where it keeps its data.
 *
 * @param directory the data directory, made if it is not there; null to keep everything in memory,
 *     at-least-once channels too, for as long as the process lives
 * @param commit how publications become durable
 * @param memory what is kept in memory
 * @param keys how long idempotency keys are known
 * @param upkeep what is done in the background
 * @param reads how storage is read
 */
public record EmbeddedConfig(
    @Nullable Path directory, Commit commit, Memory memory, Keys keys, Upkeep upkeep, Reads reads) {

  /** Keeps everything in memory. */
  public static EmbeddedConfig inMemory() {
    return new EmbeddedConfig(
        null, Commit.STANDARD, Memory.STANDARD, Keys.STANDARD, Upkeep.STANDARD, Reads.STANDARD);
  }

  /** Keeps a durable log in that directory. */
  public static EmbeddedConfig in(Path directory) {
    return new EmbeddedConfig(
        directory,
        Commit.STANDARD,
        Memory.STANDARD,
        Keys.STANDARD,
        Upkeep.STANDARD,
        Reads.STANDARD);
  }

  public EmbeddedConfig with(Commit other) {
    return new EmbeddedConfig(directory, other, memory, keys, upkeep, reads);
  }

  public EmbeddedConfig with(Memory other) {
    return new EmbeddedConfig(directory, commit, other, keys, upkeep, reads);
  }

  public EmbeddedConfig with(Keys other) {
    return new EmbeddedConfig(directory, commit, memory, other, upkeep, reads);
  }

  public EmbeddedConfig with(Upkeep other) {
    return new EmbeddedConfig(directory, commit, memory, keys, other, reads);
  }

  public EmbeddedConfig with(Reads other) {
    return new EmbeddedConfig(directory, commit, memory, keys, upkeep, other);
  }

  /**
   * How publications become durable.
   *
   * @param sync whether the disk is told to write before a publication is acknowledged. Without it
   *     an acknowledged publication survives the end of the process, but not a loss of power
   * @param queue the most publications and records that wait to be written; more are refused
   * @param queueBytes the most bytes that wait to be written; more are refused
   * @param diskReserveBytes what must stay free on the disk, whatever is being written; below it
   *     nothing is accepted
   * @param closeWait how long close waits for what was accepted to be written
   */
  public record Commit(
      boolean sync, int queue, long queueBytes, long diskReserveBytes, Duration closeWait) {

    public static final Commit STANDARD =
        new Commit(true, 65_536, 64L << 20, 128L << 20, Duration.ofSeconds(10));

    public Commit {
      positive("queue", queue);
      positive("queueBytes", queueBytes);
      require(diskReserveBytes >= 0, "diskReserveBytes", diskReserveBytes, "0 or more");
      require(closeWait.isPositive(), "closeWait", closeWait, "more than 0");
    }
  }

  /**
   * What is kept in memory.
   *
   * @param cacheBytes the most bytes of recent publications of the durable log, over all channels;
   *     a quarter of it holds the newest of all channels, for wildcard readers
   * @param ring the most recent publications of one channel of the durable log
   * @param channels the most channels whose state is held in memory, for each log
   * @param logBytes the most bytes of each log in memory; past it the oldest publications are let
   *     go, whatever their rule says, and readers are told
   * @param lastValues the most last values of channels that keep them in memory; past it those set
   *     longest ago are let go, or with at-least-once new ones are refused
   * @param lastValueBytes the most bytes of them
   */
  public record Memory(
      long cacheBytes, int ring, int channels, long logBytes, int lastValues, long lastValueBytes) {

    public static final Memory STANDARD =
        new Memory(128L << 20, 1_024, 100_000, 256L << 20, 100_000, 64L << 20);

    public Memory {
      positive("cacheBytes", cacheBytes);
      positive("ring", ring);
      positive("channels", channels);
      positive("logBytes", logBytes);
      positive("lastValues", lastValues);
      positive("lastValueBytes", lastValueBytes);
    }
  }

  /**
   * How long idempotency keys are known.
   *
   * @param window for how long
   * @param count the most keys of each log; past it the oldest are forgotten before their time
   */
  public record Keys(Duration window, int count) {

    public static final Keys STANDARD = new Keys(Duration.ofMinutes(2), 500_000);

    public Keys {
      require(window.isPositive(), "window", window, "more than 0");
      positive("count", count);
    }
  }

  /**
   * What is done in the background.
   *
   * @param sweepInterval how often publications that passed their rule's age are let go
   * @param channelAge how long a channel is known after its last publication was let go. Who comes
   *     later with an older cursor is told that something may be missing
   */
  public record Upkeep(Duration sweepInterval, Duration channelAge) {

    public static final Upkeep STANDARD = new Upkeep(Duration.ofSeconds(30), Duration.ofDays(30));

    public Upkeep {
      require(sweepInterval.isPositive(), "sweepInterval", sweepInterval, "more than 0");
      require(channelAge.isPositive(), "channelAge", channelAge, "more than 0");
    }
  }

  /**
   * How storage is read.
   *
   * @param threads the most reads at a time
   * @param queue the most reads that wait; more are refused as unavailable
   */
  public record Reads(int threads, int queue) {

    public static final Reads STANDARD = new Reads(4, 100_000);

    public Reads {
      positive("threads", threads);
      positive("queue", queue);
    }
  }

  private static void positive(String what, long value) {
    require(value > 0, what, value, "1 or more");
  }

  private static void require(boolean holds, String what, Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
