package io.polyhub.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends what takes too long. A thread that is blocked on a socket can only be freed from outside: it
 * is interrupted, which for a virtual thread closes the socket. Safe for any thread.
 */
public final class Deadlines implements AutoCloseable {

  private final ScheduledThreadPoolExecutor timer;

  public Deadlines() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("polyhub-http-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Interrupts the calling thread after the time, unless the guard is closed before. */
  public Guard guard(Duration limit) {
    return guard(limit, () -> {});
  }

  /** As {@link #guard(Duration)}, and runs a task then, which must not block. */
  public Guard guard(Duration limit, Runnable onExpiry) {
    return new Guard(timer, Thread.currentThread(), limit, onExpiry);
  }

  /** Runs a task after the time, unless the future is cancelled. It must not block. */
  public Future<?> after(Duration delay, Runnable task) {
    return timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** A time limit for what one thread does. */
  public static final class Guard implements AutoCloseable {

    private final Thread thread;
    private final Runnable onExpiry;
    private final Future<?> alarm;
    private boolean over;

    private Guard(
        ScheduledThreadPoolExecutor timer, Thread thread, Duration limit, Runnable onExpiry) {
      this.thread = thread;
      this.onExpiry = onExpiry;
      alarm = timer.schedule(this::expire, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void expire() {
      if (!over) {
        onExpiry.run();
        thread.interrupt();
      }
    }

    @Override
    public synchronized void close() {
      over = true;
      alarm.cancel(false);
    }
  }
}
