package io.polyhub.net;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many connections a node accepts a second, over all its ports. Past it accepting pauses, so
 * that a storm waits in the system's backlog, where it costs nothing, and nobody is refused. Safe
 * for any thread.
 */
public final class ConnectPace {

  /** How long accepting pauses. */
  public static final Duration PAUSE = Duration.ofMillis(10);

  private static final long BURST_NANOS = 100_000_000L;

  private final LongSupplier nanoClock;
  private final RateLimit rate;

  /**
   * Makes a pace that several ports share.
   *
   * @param perSecond how many; 1 or more. A tenth of it may come at once.
   * @param nanoClock any clock that rises, in nanoseconds
   */
  public ConnectPace(int perSecond, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    rate = new RateLimit(perSecond, BURST_NANOS, nanoClock.getAsLong());
  }

  /** Whether one more may be accepted now. If not, it is to be asked again after a pause. */
  boolean tryTake() {
    return rate.tryTake(nanoClock.getAsLong());
  }
}
