package io.polyhub.grpc;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** What the door counts, beside what the hub counts for every door. Any thread. */
final class GrpcMetrics {

  private static final String DOOR = "door";

  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger streams = new AtomicInteger();
  final Counter connectionsTurnedAway;
  final Counter framesIn;
  final Counter framesOut;
  final Counter calls;
  final Counter aborts;

  GrpcMetrics(MeterRegistry registry) {
    Gauge.builder("polyhub.connections", connections, AtomicInteger::get)
        .tag(DOOR, GrpcDoor.NAME)
        .register(registry);
    Gauge.builder("polyhub.grpc.streams", streams, AtomicInteger::get)
        .description("Connect streams")
        .register(registry);
    connectionsTurnedAway =
        counter(registry, "polyhub.grpc.connections.turned.away", "Closed as one too many");
    framesIn = registry.counter("polyhub.messages.in", DOOR, GrpcDoor.NAME);
    framesOut = registry.counter("polyhub.messages.out", DOOR, GrpcDoor.NAME);
    calls = counter(registry, "polyhub.grpc.calls", "Unary calls");
    aborts = counter(registry, "polyhub.grpc.aborts", "Streams reset, as they were not read");
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }
}
