package io.polyhub.hub.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Refusal;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the hub counts. Names are documented in docs/operations.md. Thread-safe. */
final class HubMetrics {

  private final MeterRegistry registry;
  private final Map<String, AtomicInteger> sessionsByDoor = new ConcurrentHashMap<>();
  private final AtomicInteger subscriptions = new AtomicInteger();
  private final AtomicLong outboxBytes = new AtomicLong();
  private final Counter published;
  private final Counter catchUps;
  private final Counter replayRetries;
  private final Counter cursorsTooOld;
  private final Map<OverflowPolicy, Counter> overflows = new EnumMap<>(OverflowPolicy.class);
  private final Map<CloseReason, Counter> closes = new EnumMap<>(CloseReason.class);
  private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);

  HubMetrics(MeterRegistry registry) {
    this.registry = registry;
    published = registry.counter("polyhub.publications");
    catchUps = registry.counter("polyhub.catchups");
    replayRetries = registry.counter("polyhub.replay.retries");
    cursorsTooOld = registry.counter("polyhub.cursors.too.old");
    for (OverflowPolicy policy : OverflowPolicy.values()) {
      overflows.put(policy, registry.counter("polyhub.overflows", "policy", tag(policy)));
    }
    for (CloseReason reason : CloseReason.values()) {
      closes.put(reason, registry.counter("polyhub.closes", "reason", tag(reason)));
    }
    for (Refusal refusal : Refusal.values()) {
      refusals.put(refusal, registry.counter("polyhub.refusals", "reason", tag(refusal)));
    }
    Gauge.builder("polyhub.subscriptions", subscriptions, AtomicInteger::get).register(registry);
    Gauge.builder("polyhub.outbox.bytes", outboxBytes, AtomicLong::get).register(registry);
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Registers gauges of things that others hold. */
  void gauge(String name, Supplier<Number> value) {
    Gauge.builder(name, value).register(registry);
  }

  void admitted(String door) {
    sessions(door).incrementAndGet();
  }

  void closed(String door, CloseReason reason) {
    sessions(door).decrementAndGet();
    count(closes.get(reason));
  }

  private AtomicInteger sessions(String door) {
    return sessionsByDoor.computeIfAbsent(
        door,
        name -> {
          AtomicInteger sessions = new AtomicInteger();
          Gauge.builder("polyhub.sessions", sessions, AtomicInteger::get)
              .tag("door", name)
              .register(registry);
          return sessions;
        });
  }

  void refused(Refusal refusal) {
    count(refusals.get(refusal));
  }

  void overflowed(OverflowPolicy policy) {
    count(overflows.get(policy));
  }

  private static void count(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }

  void subscribed() {
    subscriptions.incrementAndGet();
  }

  void unsubscribed() {
    subscriptions.decrementAndGet();
  }

  void outboxGrew(long bytes) {
    outboxBytes.addAndGet(bytes);
  }

  void published() {
    published.increment();
  }

  void catchUp() {
    catchUps.increment();
  }

  void replayRetry() {
    replayRetries.increment();
  }

  /** A cursor reached further back than it may without permission for history. */
  void cursorTooOld() {
    cursorsTooOld.increment();
  }
}
