package io.polyhub.broker.embedded;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is counted, and said once a minute, of last values in memory that had no room. */
final class LastValueMetrics {

  private static final Logger log = LoggerFactory.getLogger(LastValueMetrics.class);
  private static final long LOG_EVERY_MILLIS = Duration.ofMinutes(1).toMillis();

  private final MeterRegistry registry;
  private final String of;
  private final InstantSource clock;
  private final Counter evicted;
  private final Counter refused;
  private final AtomicLong nextLogMillis = new AtomicLong(Long.MIN_VALUE);

  /**
   * @param of {@code durable} or {@code memory}, as the log of those channels is called
   */
  LastValueMetrics(MeterRegistry registry, String of, InstantSource clock) {
    this.registry = registry;
    this.of = of;
    this.clock = clock;
    evicted = registry.counter("polyhub.broker.last.values.evicted", "log", of);
    refused = registry.counter("polyhub.broker.last.values.refused", "log", of);
  }

  void held(Supplier<Number> count) {
    Gauge.builder("polyhub.broker.last.values", count).tag("log", of).register(registry);
  }

  void evicted() {
    evicted.increment();
    say("those set longest ago are let go");
  }

  void refused() {
    refused.increment();
    say("new ones are refused, as their rule is at-least-once");
  }

  private void say(String what) {
    long now = clock.millis();
    long next = nextLogMillis.get();
    if (now >= next && nextLogMillis.compareAndSet(next, now + LOG_EVERY_MILLIS)) {
      log.warn(
          "There are more last values in memory than broker.memory.lastValues or lastValueBytes"
              + " allows: {}. Said once a minute; polyhub_broker_last_values_* count",
          what);
    }
  }
}
