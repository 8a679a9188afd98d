package io.polyhub.broker.nats.live;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts what comes from one log back into the log's order, where all of the log comes and a server
 * may have sent it in another one: what comes too soon waits for a moment. Pure; guarded by its
 * user.
 *
 * @param <T> what comes
 */
final class Sequencer<T> {

  /** The most that wait; more means that something is lost and not late. */
  static final int MOST = 4_096;

  private final long patienceNanos;
  private final TreeMap<Long, T> early = new TreeMap<>();
  private long next;
  private long waitingSinceNanos;

  /**
   * Begins.
   *
   * @param next the first that is to come
   * @param patienceNanos how long to wait for one that does not come
   */
  Sequencer(long next, long patienceNanos) {
    this.next = next;
    this.patienceNanos = patienceNanos;
  }

  /** Starts again: what waits is forgotten. */
  void restart(long first) {
    next = first;
    early.clear();
  }

  /**
   * Something came. Tells whether it is its turn, or was before; otherwise it waits for {@link
   * #poll}.
   */
  boolean isTurn(long sequence, T what, long nowNanos) {
    if (sequence <= next) {
      if (sequence == next) {
        next++;
        waitingSinceNanos = nowNanos;
      }
      return true;
    }
    if (early.isEmpty()) {
      waitingSinceNanos = nowNanos;
    }
    early.put(sequence, what);
    return false;
  }

  /** Takes the next one that waits, if it is its turn. */
  @Nullable T poll() {
    Map.Entry<Long, T> first = early.firstEntry();
    if (first == null || first.getKey() > next) {
      return null;
    }
    early.pollFirstEntry();
    next = Math.max(next, first.getKey() + 1);
    return first.getValue();
  }

  /** Whether it is in vain to wait any longer for what is missing. */
  boolean isOverdue(long nowNanos) {
    return !early.isEmpty()
        && (early.size() > MOST || nowNanos - waitingSinceNanos > patienceNanos);
  }

  /** Gives up what is missing. */
  void skip(long nowNanos) {
    if (!early.isEmpty()) {
      next = early.firstKey();
      waitingSinceNanos = nowNanos;
    }
  }
}
