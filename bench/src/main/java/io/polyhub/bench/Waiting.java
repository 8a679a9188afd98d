package io.polyhub.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for facts that announce themselves to nobody, such as what another process counts. */
public final class Waiting {

  private static final long LOOK_EVERY_NANOS = 5_000_000;

  private Waiting() {}

  /**
   * Looks again and again until the fact holds.
   *
   * @return how long it took
   * @throws IllegalStateException if it does not hold in time
   */
  public static Duration until(String fact, Duration limit, BooleanSupplier holds) {
    long begun = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - begun > limit.toNanos()) {
        throw new IllegalStateException("not so within " + limit + ": " + fact);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Waits for a moment of {@link System#nanoTime}. */
  public static void untilNanos(long moment) {
    for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
