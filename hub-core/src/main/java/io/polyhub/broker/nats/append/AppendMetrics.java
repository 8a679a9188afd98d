package io.polyhub.broker.nats.append;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of appends, over all logs. */
public final class AppendMetrics {

  private final AtomicInteger inFlight;
  private final AtomicInteger queued;
  private final Counter failedTries;
  private final Counter refused;
  private final Counter dropped;
  private final Timer stored;

  public AppendMetrics(MeterRegistry registry) {
    inFlight = registry.gauge("polyhub.nats.appends.in.flight", new AtomicInteger());
    queued = registry.gauge("polyhub.nats.appends.queued", new AtomicInteger());
    failedTries = registry.counter("polyhub.nats.appends.failed.tries");
    refused = registry.counter("polyhub.nats.appends.refused");
    dropped = registry.counter("polyhub.nats.unlogged.dropped");
    stored = registry.timer("polyhub.nats.appends.stored");
  }

  void inFlight(int more) {
    inFlight.addAndGet(more);
  }

  void queued(int more) {
    queued.addAndGet(more);
  }

  void failedTry() {
    failedTries.increment();
  }

  void refused() {
    refused.increment();
  }

  /** A publication of a channel without history did not leave this node. */
  void dropped() {
    dropped.increment();
  }

  void stored(Duration after) {
    stored.record(after);
  }
}
