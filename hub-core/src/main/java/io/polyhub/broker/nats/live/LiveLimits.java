package io.polyhub.broker.nats.live;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;
import static io.polyhub.broker.nats.link.ConfigChecks.require;

/**
 * The bounds of what a node receives.
 *
 * @param pendingMessages the most messages from NATS that wait to be delivered; past it some are
 *     dropped, and subscribers are made to read them
 * @param pendingBytes the most bytes of them
 * @param subjectsKnown of how many subjects the last place is known
 * @param auditPerSecond how many subjects are looked at per second when some messages may have been
 *     lost on the way
 * @param ringBytes the most bytes of publications that came last and are kept in memory, so that
 *     reading them again needs no stream; 0 for none
 */
public record LiveLimits(
    int pendingMessages, long pendingBytes, int subjectsKnown, int auditPerSecond, long ringBytes) {

  public static final LiveLimits STANDARD =
      new LiveLimits(262_144, 128L << 20, 200_000, 2_000, 64L << 20);

  public LiveLimits {
    positive("pendingMessages", pendingMessages);
    positive("pendingBytes", pendingBytes);
    positive("subjectsKnown", subjectsKnown);
    positive("auditPerSecond", auditPerSecond);
    require(ringBytes >= 0, "ringBytes", ringBytes, "0 or more");
  }

  public LiveLimits withPending(int messages, long bytes) {
    return new LiveLimits(messages, bytes, subjectsKnown, auditPerSecond, ringBytes);
  }

  public LiveLimits withAuditPerSecond(int other) {
    return new LiveLimits(pendingMessages, pendingBytes, subjectsKnown, other, ringBytes);
  }

  public LiveLimits withRingBytes(long other) {
    return new LiveLimits(pendingMessages, pendingBytes, subjectsKnown, auditPerSecond, other);
  }
}
