package io.polyhub.hub.share;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What the shares of a node count. Documented in docs/operations.md. Thread-safe. */
public final class ShareMetrics {

  private final MeterRegistry registry;
  private final Counter dealtAgain;

  public ShareMetrics(MeterRegistry registry) {
    this.registry = registry;
    dealtAgain = registry.counter("polyhub.shares.dealt.again");
  }

  /** Shows how many shares there are. */
  void count(Supplier<Number> shares) {
    Gauge.builder("polyhub.shares", shares).register(registry);
  }

  /** What another node's part of a share was left to is read again. */
  void dealtAgain() {
    dealtAgain.increment();
  }
}
