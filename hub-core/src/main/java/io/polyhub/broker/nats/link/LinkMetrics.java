package io.polyhub.broker.nats.link;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BooleanSupplier;

/** What is counted of the connection. */
public final class LinkMetrics {

  private final MeterRegistry registry;
  private final Counter connects;
  private final Counter failedTries;
  private final Counter overflows;
  private final Counter errors;

  public LinkMetrics(MeterRegistry registry) {
    this.registry = registry;
    connects = registry.counter("polyhub.nats.connects");
    failedTries = registry.counter("polyhub.nats.connect.failures");
    overflows = registry.counter("polyhub.nats.overflows");
    errors = registry.counter("polyhub.nats.errors");
  }

  MeterRegistry registry() {
    return registry;
  }

  void watchConnected(BooleanSupplier connected) {
    Gauge.builder("polyhub.nats.connected", connected, is -> is.getAsBoolean() ? 1 : 0)
        .strongReference(true)
        .register(registry);
  }

  public void watchFit(BooleanSupplier fit) {
    Gauge.builder("polyhub.nats.server.fit", fit, is -> is.getAsBoolean() ? 1 : 0)
        .strongReference(true)
        .register(registry);
  }

  void connected() {
    connects.increment();
  }

  void failedTry() {
    failedTries.increment();
  }

  void overflowed() {
    overflows.increment();
  }

  void errorToldByServer() {
    errors.increment();
  }
}
