package io.polyhub.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What is counted at the edge of one listener. Safe for any thread. */
final class EdgeMetrics {

  private static final String LISTENER = "listener";

  final AtomicInteger connections = new AtomicInteger();
  final AtomicLong heldBytes = new AtomicLong();
  private final String listener;
  private final MeterRegistry registry;

  EdgeMetrics(String listener, MeterRegistry registry) {
    this.listener = listener;
    this.registry = registry;
    Gauge.builder("polyhub.http.connections", connections, AtomicInteger::get)
        .tag(LISTENER, listener)
        .register(registry);
    Gauge.builder("polyhub.http.held.bytes", heldBytes, AtomicLong::get)
        .tag(LISTENER, listener)
        .register(registry);
    for (Dropped reason : Dropped.values()) {
      registry.counter("polyhub.http.dropped", LISTENER, listener, "reason", reason.toString());
    }
  }

  /** Why a connection ends without an answer. */
  enum Dropped {
    HEAD,
    BODY,
    IDLE,
    REFUSED,
    ADDRESS,
    CROWD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  void countDropped(Dropped reason) {
    registry
        .counter("polyhub.http.dropped", LISTENER, listener, "reason", reason.toString())
        .increment();
  }

  void countRefused(int status) {
    registry
        .counter("polyhub.http.refused", LISTENER, listener, "status", Integer.toString(status))
        .increment();
  }
}
