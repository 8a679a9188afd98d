package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import org.HdrHistogram.ConcurrentHistogram;

/** Counts how late stamped messages arrive, counted from when they were to be sent. */
public final class Latencies implements LoadListener {

  private static final long LARGEST_NANOS = 60_000_000_000L;
  private static final int DIGITS = 3;

  private final ConcurrentHistogram histogram = new ConcurrentHistogram(LARGEST_NANOS, DIGITS);

  @Override
  public void message(LoadClient client, ByteBuf message) {
    long age = Stamp.ageNanos(message);
    if (age >= 0) {
      histogram.recordValue(Math.min(age, LARGEST_NANOS));
    }
  }

  /** How many messages have arrived. */
  public long count() {
    return histogram.getTotalCount();
  }

  /** The latency that this part of the messages, in percent, did not exceed. */
  public double millis(double percent) {
    return histogram.getValueAtPercentile(percent) / 1e6;
  }

  /** Forgets everything. Nothing must arrive meanwhile. */
  public void reset() {
    histogram.reset();
  }
}
