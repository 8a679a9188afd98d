package io.polyhub.broker.nats.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.broker.nats.stream.NatsLog;
import java.util.function.IntSupplier;

/** What is counted of what comes from other nodes. */
public final class LiveMetrics {

  private final MeterRegistry registry;
  private final Counter told;
  private final Counter copies;
  private final Counter notUnderstood;
  private final Counter holes;
  private final Counter late;
  private final Counter doubted;
  private final Counter audits;
  private final Counter audited;
  private final Counter auditGaps;

  public LiveMetrics(MeterRegistry registry) {
    this.registry = registry;
    told = registry.counter("polyhub.nats.told");
    copies = registry.counter("polyhub.nats.copies");
    notUnderstood = registry.counter("polyhub.nats.not.understood");
    holes = gap("hole");
    late = gap("late");
    doubted = gap("doubt");
    auditGaps = gap("audit");
    audits = registry.counter("polyhub.nats.audits");
    audited = registry.counter("polyhub.nats.audited.channels");
  }

  private Counter gap(String found) {
    return registry.counter("polyhub.nats.gaps", "found", found);
  }

  void watchSubscriptions(IntSupplier subscriptions) {
    Gauge.builder("polyhub.nats.subscriptions", subscriptions, IntSupplier::getAsInt)
        .strongReference(true)
        .register(registry);
  }

  void watchKnown(IntSupplier known) {
    Gauge.builder("polyhub.nats.subjects.known", known, IntSupplier::getAsInt)
        .strongReference(true)
        .register(registry);
  }

  void watchLog(NatsLog log) {
    Gauge.builder("polyhub.nats.log.ready", log, each -> each.isReady() ? 1 : 0)
        .tag("stream", log.stream())
        .register(registry);
  }

  void told() {
    told.increment();
  }

  void copy() {
    copies.increment();
  }

  void notUnderstood() {
    notUnderstood.increment();
  }

  void hole() {
    holes.increment();
  }

  void late() {
    late.increment();
  }

  void doubted() {
    doubted.increment();
  }

  void audit() {
    audits.increment();
  }

  void audited() {
    audited.increment();
  }

  void auditGap() {
    auditGaps.increment();
  }
}
