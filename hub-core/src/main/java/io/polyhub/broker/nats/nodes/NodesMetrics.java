package io.polyhub.broker.nats.nodes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What is counted of the other nodes. Names are documented in docs/operations.md. Thread-safe. */
public final class NodesMetrics {

  private final MeterRegistry registry;
  private final Counter goodbyes;
  private final Counter silences;
  private final Counter answered;
  private final Counter unanswered;
  private final Counter dropped;
  private final Counter damaged;

  public NodesMetrics(MeterRegistry registry) {
    this.registry = registry;
    goodbyes = registry.counter("polyhub.nodes.gone", "cause", "goodbye");
    silences = registry.counter("polyhub.nodes.gone", "cause", "silence");
    answered = registry.counter("polyhub.nodes.asks", "outcome", "complete");
    unanswered = registry.counter("polyhub.nodes.asks", "outcome", "incomplete");
    dropped = registry.counter("polyhub.nodes.dropped");
    damaged = registry.counter("polyhub.nodes.damaged");
  }

  void watch(Supplier<Number> live, Supplier<Number> waiting) {
    Gauge.builder("polyhub.nodes.live", live).register(registry);
    Gauge.builder("polyhub.nodes.asks.waiting", waiting).register(registry);
  }

  /** How many live nodes are not waited for. */
  void watchSilent(Supplier<Number> silent) {
    Gauge.builder("polyhub.nodes.silent", silent).register(registry);
  }

  /** How many other nodes say that their rules, or the level that they speak, are others. */
  void watchDifferences(Supplier<Number> rules, Supplier<Number> levels) {
    Gauge.builder("polyhub.nodes.differing", rules).tag("what", "rules").register(registry);
    Gauge.builder("polyhub.nodes.differing", levels).tag("what", "level").register(registry);
  }

  void saidGoodbye() {
    goodbyes.increment();
  }

  void fellSilent() {
    silences.increment();
  }

  void asked(boolean complete) {
    (complete ? answered : unanswered).increment();
  }

  /** What another node sent cannot be read. */
  void damaged() {
    damaged.increment();
  }

  /** Something could not be sent. */
  void dropped() {
    dropped.increment();
  }
}
