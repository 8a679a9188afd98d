package io.polyhub.broker.embedded;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.channel.Publication;

/** What is counted of one log. */
final class LogMetrics {

  private final Counter appended;
  private final Counter bytes;
  private final Counter trimmed;

  /**
   * @param log {@code durable} or {@code memory}
   */
  LogMetrics(MeterRegistry registry, String log) {
    appended = registry.counter("polyhub.broker.appended", "log", log);
    bytes =
        Counter.builder("polyhub.broker.appended.bytes")
            .baseUnit("bytes")
            .tag("log", log)
            .register(registry);
    trimmed = registry.counter("polyhub.broker.trimmed", "log", log);
  }

  void appended(Publication publication) {
    appended.increment();
    bytes.increment(publication.weight());
  }

  void trimmed(int count) {
    trimmed.increment(count);
  }
}
