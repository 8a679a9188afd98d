package io.polyhub.hub;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets so many through per second, with a burst of one second's worth. One number holds the state:
 * the time up to which what was let through is paid for (the generic cell rate algorithm). Any
 * thread.
 */
final class RateLimit {

  private static final long SECOND_NANOS = 1_000_000_000L;

  private final long nanosEach;
  private final AtomicLong paidUntil;

  /**
   * @param perSecond how many; 1 or more
   * @param nowNanos the time now, on any clock that rises
   */
  RateLimit(int perSecond, long nowNanos) {
    nanosEach = Math.max(1, SECOND_NANOS / perSecond);
    paidUntil = new AtomicLong(nowNanos);
  }

  /** Takes one if there is one to take now. */
  boolean tryTake(long nowNanos) {
    while (true) {
      long paid = paidUntil.get();
      long next = (paid - nowNanos > 0 ? paid : nowNanos) + nanosEach;
      if (next - nowNanos > SECOND_NANOS && next - nowNanos > nanosEach) {
        return false;
      }
      if (paidUntil.compareAndSet(paid, next)) {
        return true;
      }
    }
  }
}
