package io.polyhub.graphql;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of the clients that stay. Safe for any thread. */
final class ConnectionMetrics {

  private static final String DOOR = "door";

  final Counter received;
  final Counter sent;
  final AtomicInteger webSockets = new AtomicInteger();
  final AtomicInteger streams = new AtomicInteger();

  ConnectionMetrics(MeterRegistry registry) {
    received = registry.counter("polyhub.messages.in", DOOR, GraphQlAdapter.DOOR);
    sent = registry.counter("polyhub.messages.out", DOOR, GraphQlAdapter.DOOR);
    Gauge.builder("polyhub.connections", () -> webSockets.get() + streams.get())
        .tag(DOOR, GraphQlAdapter.DOOR)
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
