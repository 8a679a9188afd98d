package io.polyhub.broker.nats.presence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/**
 * What is counted of presence over nodes. Names are documented in docs/operations.md. Thread-safe.
 */
public final class PresenceMetrics {

  private final MeterRegistry registry;
  private final Counter tooLarge;
  private final Counter snapshots;
  private final Counter damaged;

  public PresenceMetrics(MeterRegistry registry) {
    this.registry = registry;
    tooLarge = registry.counter("polyhub.presence.too.large");
    snapshots = registry.counter("polyhub.presence.snapshots");
    damaged = registry.counter("polyhub.nodes.damaged");
  }

  void watch(Supplier<Number> remembered) {
    Gauge.builder("polyhub.presence.remote.members", remembered).register(registry);
  }

  /** A channel's members on other nodes are too many to be remembered. */
  void tooLarge() {
    tooLarge.increment();
  }

  /** What another node sent cannot be read. */
  void damaged() {
    damaged.increment();
  }

  /** One channel's members were asked for. */
  void snapshots(int channels) {
    snapshots.increment(channels);
  }
}
