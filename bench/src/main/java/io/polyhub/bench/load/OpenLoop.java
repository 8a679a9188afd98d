package io.polyhub.bench.load;

import io.polyhub.bench.Waiting;

/**
 * Publishes by a schedule that waits for nobody: a late publication is stamped with the moment at
 * which it was due, so that waiting counts as latency.
 */
public final class OpenLoop {

  private final LoadClient publisher;
  private final String channel;
  private final int payloadBytes;
  private final double perSecond;
  private long published;

  /** Publishes to one channel at a steady rate. */
  public OpenLoop(LoadClient publisher, String channel, int payloadBytes, double perSecond) {
    this.publisher = publisher;
    this.channel = channel;
    this.payloadBytes = payloadBytes;
    this.perSecond = perSecond;
  }

  /**
   * Publishes that many, one at a time.
   *
   * @param number the number of the publisher's first publication among these
   */
  public void run(long number, int count) {
    double interval = 1e9 / perSecond;
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = begun + (long) (i * interval);
      Waiting.untilNanos(due);
      publisher.publish(number + i, channel, Stamp.payload(due, payloadBytes));
      published++;
    }
  }

  /** How many it has published. */
  public long published() {
    return published;
  }
}
