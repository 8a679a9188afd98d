package io.polyhub.net;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets so many through per second, with a burst of one second's worth or less. One number holds the
 * state: the time up to which what was let through is paid for (the generic cell rate algorithm).
 * Any thread.
 */
public final class RateLimit {

  private static final long SECOND_NANOS = 1_000_000_000L;

  private final long nanosEach;
  private final long burstNanos;
  private final AtomicLong paidUntil;

  /**
   * A limit with a burst of one second's worth.
   *
   * @param perSecond how many; 1 or more
   * @param nowNanos the time now, on any clock that rises
   */
  public RateLimit(int perSecond, long nowNanos) {
    this(perSecond, SECOND_NANOS, nowNanos);
  }

  /**
   * A limit with a burst of less.
   *
   * @param perSecond how many; 1 or more
   * @param burstNanos how much time's worth may go through at once; one does in any case
   * @param nowNanos the time now, on any clock that rises
   */
  public RateLimit(int perSecond, long burstNanos, long nowNanos) {
    nanosEach = Math.max(1, SECOND_NANOS / perSecond);
    this.burstNanos = burstNanos;
    paidUntil = new AtomicLong(nowNanos);
  }

  /** Takes one if there is one to take now. */
  public boolean tryTake(long nowNanos) {
    while (true) {
      long paid = paidUntil.get();
      long next = (paid - nowNanos > 0 ? paid : nowNanos) + nanosEach;
      if (next - nowNanos > burstNanos && next - nowNanos > nanosEach) {
        return false;
      }
      if (paidUntil.compareAndSet(paid, next)) {
        return true;
      }
    }
  }

  /** Whether a whole burst could be taken now, so that a new limit would be no different. */
  public boolean isUntouched(long nowNanos) {
    return paidUntil.get() - nowNanos <= 0;
  }
}
