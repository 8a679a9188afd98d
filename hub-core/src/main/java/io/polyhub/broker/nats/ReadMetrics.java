package io.polyhub.broker.nats;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What is counted of reads. */
final class ReadMetrics {

  private final MeterRegistry registry;
  private final Counter reads;
  private final Counter shared;
  private final Counter refused;
  private final Counter failed;

  ReadMetrics(MeterRegistry registry) {
    this.registry = registry;
    reads = registry.counter("polyhub.nats.reads");
    shared = registry.counter("polyhub.nats.reads.shared");
    refused = registry.counter("polyhub.nats.reads.refused");
    failed = registry.counter("polyhub.nats.reads.failed");
  }

  void watchWaiting(String what, Supplier<Number> waiting) {
    Gauge.builder("polyhub.nats.reads.waiting", waiting).tag("of", what).register(registry);
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
