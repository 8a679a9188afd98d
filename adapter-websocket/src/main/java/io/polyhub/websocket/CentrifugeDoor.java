package io.polyhub.websocket;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.hub.Hub;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/** What all connections by one of the Centrifuge protocol's transports share. Thread-safe. */
final class CentrifugeDoor {

  final Hub hub;
  final EventLoops loops;
  final CentrifugeConfig config;
  final InstantSource clock;
  final CentrifugeTransport transport;
  final CentrifugeEmulation emulation;
  private final MeterRegistry registry;
  private final AtomicInteger connections = new AtomicInteger();
  private final Counter received;
  private final Counter sent;

  CentrifugeDoor(
      Hub hub,
      EventLoops loops,
      CentrifugeConfig config,
      CentrifugeEmulation emulation,
      CentrifugeTransport transport,
      MeterRegistry registry,
      InstantSource clock) {
    this.hub = hub;
    this.loops = loops;
    this.config = config;
    this.emulation = emulation;
    this.transport = transport;
    this.registry = registry;
    this.clock = clock;
    Gauge.builder("polyhub.connections", connections, AtomicInteger::get)
        .tag("door", transport.door())
        .register(registry);
    received = registry.counter("polyhub.messages.in", "door", transport.door());
    sent = registry.counter("polyhub.messages.out", "door", transport.door());
  }

  void attached() {
    connections.incrementAndGet();
  }

  void detached() {
    connections.decrementAndGet();
  }

  /** Counts commands, pongs included. */
  void countReceived(int count) {
    received.increment(count);
  }

  /** Counts one reply or push. */
  void countSent() {
    sent.increment();
  }

  void countError(CentrifugeError error) {
    registry
        .counter("polyhub.websocket.errors", "code", Integer.toString(error.code()))
        .increment();
  }

  /** Counts the end of a stream; those of WebSockets are counted where they are closed. */
  void countClose(CentrifugeCloseCode code) {
    registry.counter("polyhub.websocket.closes", "code", Integer.toString(code.code())).increment();
  }
}
