package io.polyhub.server;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Tells of each change of readiness, at most a second late, from a thread of its own. */
final class HealthFollower implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final BooleanSupplier ready;
  private final Consumer<Boolean> told;
  private final Thread thread;
  private boolean last = true;
  private volatile boolean ended;

  /**
   * Begins to follow.
   *
   * @param ready asked every second; must not block
   * @param told is told each change; it was told true before
   */
  HealthFollower(BooleanSupplier ready, Consumer<Boolean> told) {
    this.ready = ready;
    this.told = told;
    this.thread = Thread.ofVirtual().name("polyhub-health").start(this::follow);
  }

  private void follow() {
    while (!ended) {
      look();
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }

  /** Looks now, and tells before it returns. */
  synchronized void look() {
    boolean now = ready.getAsBoolean();
    if (now != last) {
      last = now;
      told.accept(now);
    }
  }

  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(thread);
  }
}
