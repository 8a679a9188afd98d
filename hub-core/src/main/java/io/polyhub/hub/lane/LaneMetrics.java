package io.polyhub.hub.lane;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What the lanes of a node count together. Documented in docs/operations.md. Thread-safe. */
public final class LaneMetrics {

  private final Counter delivered;
  private final Counter inboxOverflows;
  private final Counter pauses;
  private final Counter gaps;

  public LaneMetrics(MeterRegistry registry) {
    delivered = registry.counter("polyhub.deliveries");
    inboxOverflows = registry.counter("polyhub.lane.inbox.overflows");
    pauses = registry.counter("polyhub.lane.pauses");
    gaps = registry.counter("polyhub.lane.gaps");
  }

  void delivered(int count) {
    delivered.increment(count);
  }

  void inboxOverflow() {
    inboxOverflows.increment();
  }

  /** A lane waits for more before its next turn. */
  void paused() {
    pauses.increment();
  }

  void gap() {
    gaps.increment();
  }
}
