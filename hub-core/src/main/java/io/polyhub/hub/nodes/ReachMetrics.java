package io.polyhub.hub.nodes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What operators' actions on sessions count. Documented in docs/operations.md. Thread-safe. */
public final class ReachMetrics {

  private final MeterRegistry registry;
  private final Map<Became, Counter> reached = new EnumMap<>(Became.class);

  public ReachMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Became became : Became.values()) {
      if (became != Became.NOTHING) {
        String outcome = became.name().toLowerCase(Locale.ROOT).replace('_', '-');
        reached.put(became, registry.counter("polyhub.reached", "outcome", outcome));
      }
    }
  }

  /** Shows how many actions on many sessions are being worked on. */
  void count(Supplier<Number> broadcasts) {
    Gauge.builder("polyhub.broadcasts", broadcasts).register(registry);
  }

  /** An action came to a session. */
  void reached(Became became) {
    Counter counter = reached.get(became);
    if (counter != null) {
      counter.increment();
    }
  }
}
