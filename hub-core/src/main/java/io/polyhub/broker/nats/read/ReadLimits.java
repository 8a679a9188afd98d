package io.polyhub.broker.nats.read;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;

/**
 * The bounds of what a node reads.
 *
 * @param concurrent the most reads of history at a time
 * @param queued the most reads of history that wait; more are refused
 */
public record ReadLimits(int concurrent, int queued) {

  public static final ReadLimits STANDARD = new ReadLimits(64, 100_000);

  public ReadLimits {
    positive("concurrentReads", concurrent);
    positive("queuedReads", queued);
  }
}
