package io.polyhub.broker.embedded;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does the upkeep of the logs from time to time, on one thread of its own. */
final class Sweeper implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

  private final Duration interval;
  private final List<Runnable> sweeps;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("broker-sweeper").factory());

  Sweeper(Duration interval, List<Runnable> sweeps) {
    this.interval = interval;
    this.sweeps = List.copyOf(sweeps);
  }

  void start() {
    long nanos = interval.toNanos();
    var _ = thread.scheduleWithFixedDelay(this::sweep, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void sweep() {
    for (Runnable sweep : sweeps) {
      try {
        sweep.run();
      } catch (RuntimeException failed) {
        log.warn("The upkeep of a log failed; it is tried again at the next turn", failed);
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
