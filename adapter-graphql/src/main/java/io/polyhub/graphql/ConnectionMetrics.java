package io.polyhub.graphql;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of the clients that stay. Safe for any thread. */
final class ConnectionMetrics {

  /** What sessions and metrics call the door. */
  static final String DOOR = "graphql";

  private static final String TAG = "door";

  final Counter received;
  final Counter sent;
  final AtomicInteger webSockets = new AtomicInteger();
  final AtomicInteger streams = new AtomicInteger();

  ConnectionMetrics(MeterRegistry registry) {
    received = registry.counter("polyhub.messages.in", TAG, DOOR);
    sent = registry.counter("polyhub.messages.out", TAG, DOOR);
    Gauge.builder("polyhub.connections", () -> webSockets.get() + streams.get())
        .tag(TAG, DOOR)
        .register(registry);
    gauge(registry, "websocket", webSockets);
    gauge(registry, "sse", streams);
  }

  private static void gauge(MeterRegistry registry, String carrier, AtomicInteger count) {
    Gauge.builder("polyhub.graphql.connections", count, AtomicInteger::get)
        .tag("carrier", carrier)
        .register(registry);
  }
}
