package io.polyhub.bench.load;

import org.HdrHistogram.Histogram;

/** How durations are counted, everywhere alike. */
final class Histograms {

  /** The longest duration that is told apart, in nanoseconds: a minute. */
  static final long LARGEST = 60_000_000_000L;

  private static final int DIGITS = 3;

  private Histograms() {}

  static Histogram empty() {
    return new Histogram(LARGEST, DIGITS);
  }
}
