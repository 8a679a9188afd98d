package io.polyhub.broker.embedded;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What is counted of the durable log besides {@link LogMetrics}. */
final class DurableMetrics {

  /** Why something was refused. */
  enum Refused {
    QUEUE_FULL("queue-full"),
    STORE_FAILED("store-failed"),
    CLOSED("closed");

    private final String tag;

    Refused(String tag) {
      this.tag = tag;
    }
  }

  private final MeterRegistry registry;
  private final LogMetrics log;
  private final Timer commit;
  private final DistributionSummary batch;
  private final Map<Refused, Counter> refused = new EnumMap<>(Refused.class);
  private final Counter ringHits;
  private final Counter ringMisses;
  private final Counter readFailures;
  private final Counter cursorsLost;

  DurableMetrics(MeterRegistry registry) {
    this.registry = registry;
    log = new LogMetrics(registry, "durable");
    commit =
        Timer.builder("polyhub.broker.commit").publishPercentiles(0.5, 0.99).register(registry);
    batch = DistributionSummary.builder("polyhub.broker.commit.batch").register(registry);
    for (Refused reason : Refused.values()) {
      refused.put(reason, registry.counter("polyhub.broker.refused", "reason", reason.tag));
    }
    ringHits = registry.counter("polyhub.broker.ring.reads", "result", "hit");
    ringMisses = registry.counter("polyhub.broker.ring.reads", "result", "miss");
    readFailures = registry.counter("polyhub.broker.read.failures");
    cursorsLost = registry.counter("polyhub.broker.cursors.lost");
  }

  void gauge(String name, Supplier<Number> value) {
    Gauge.builder(name, value).register(registry);
  }

  LogMetrics log() {
    return log;
  }

  void committed(int changes, long nanos) {
    batch.record(changes);
    commit.record(nanos, TimeUnit.NANOSECONDS);
  }

  void refused(Refused reason, int count) {
    Objects.requireNonNull(refused.get(reason)).increment(count);
  }

  void ringRead(boolean hit) {
    (hit ? ringHits : ringMisses).increment();
  }

  void readFailed() {
    readFailures.increment();
  }

  void cursorLost() {
    cursorsLost.increment();
  }
}
