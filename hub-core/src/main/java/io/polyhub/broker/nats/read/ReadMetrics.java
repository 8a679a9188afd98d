package io.polyhub.broker.nats.read;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What is counted of reads. */
public final class ReadMetrics {

  private final MeterRegistry registry;
  private final Counter reads;
  private final Counter shared;
  private final Counter refused;
  private final Counter failed;
  private final Counter ringHits;
  private final Counter ringMisses;

  public ReadMetrics(MeterRegistry registry) {
    this.registry = registry;
    reads = registry.counter("polyhub.nats.reads");
    shared = registry.counter("polyhub.nats.reads.shared");
    refused = registry.counter("polyhub.nats.reads.refused");
    failed = registry.counter("polyhub.nats.reads.failed");
    ringHits = registry.counter("polyhub.nats.ring.reads", "result", "hit");
    ringMisses = registry.counter("polyhub.nats.ring.reads", "result", "miss");
  }

  /** What counts the questions to streams for reads of that. */
  public Runnable asks(String what) {
    Counter asks = registry.counter("polyhub.nats.reads.asks", "of", what);
    return asks::increment;
  }

  void watchWaiting(String what, Supplier<Number> waiting) {
    Gauge.builder("polyhub.nats.reads.waiting", waiting).tag("of", what).register(registry);
  }

  void watchRing(Supplier<Number> bytes) {
    Gauge.builder("polyhub.nats.ring.bytes", bytes).register(registry);
  }

  void ringHit() {
    ringHits.increment();
  }

  void ringMissed() {
    ringMisses.increment();
  }

  void read() {
    reads.increment();
  }

  void shared() {
    shared.increment();
  }

  void refused() {
    refused.increment();
  }

  void failed() {
    failed.increment();
  }
}
