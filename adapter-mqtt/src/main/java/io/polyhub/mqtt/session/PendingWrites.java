package io.polyhub.mqtt.session;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** How many writes to a store are on their way. Thread-safe; nothing here blocks but the wait. */
final class PendingWrites {

  private static final Duration POLL = Duration.ofMillis(5);

  private final AtomicInteger count = new AtomicInteger();

  /** Counts a write until it is done, and returns it. */
  <T> CompletionStage<T> add(CompletionStage<T> write) {
    count.incrementAndGet();
    var _ = write.whenComplete((done, failure) -> count.decrementAndGet());
    return write;
  }

  /** Waits until there are none, but no longer than that. */
  void await(Duration max) {
    long deadline = System.nanoTime() + max.toNanos();
    while (count.get() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
