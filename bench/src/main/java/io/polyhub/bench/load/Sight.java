package io.polyhub.bench.load;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a generator, or several, had seen at one moment.
 *
 * @param nanos the moment, by {@link System#nanoTime}
 * @param published how many publications were sent
 * @param busySeconds how long the generators' threads have run; of several the one that ran longest
 * @param late how late publications left, by their schedule, in nanoseconds
 * @param fleets what each fleet has seen, by its name
 */
public record Sight(
    long nanos, long published, double busySeconds, Histogram late, Map<String, OfFleet> fleets)
    implements Serializable {

  public Sight {
    fleets = Map.copyOf(fleets);
  }

  /**
   * What the clients of one fleet have seen.
   *
   * @param delivered publications received
   * @param acknowledged publications of theirs that were acknowledged
   * @param missed publications that never came, by the numbers of those that did
   * @param repeated publications that came again, or after a later one
   * @param unrecovered clients that were told that they could not go on where they were
   * @param closed connections that ended without being cut
   * @param latencies from when a publication was to be sent until it was received, in nanoseconds
   */
  public record OfFleet(
      long delivered,
      long acknowledged,
      long missed,
      long repeated,
      long unrecovered,
      long closed,
      Histogram latencies)
      implements Serializable {

    private OfFleet and(OfFleet other) {
      return new OfFleet(
          delivered + other.delivered,
          acknowledged + other.acknowledged,
          missed + other.missed,
          repeated + other.repeated,
          unrecovered + other.unrecovered,
          closed + other.closed,
          sum(latencies, other.latencies));
    }

    /** The latency that this part of the publications, in percent, did not exceed. */
    public double millis(double percent) {
      return latencies.getValueAtPercentile(percent) / 1e6;
    }
  }

  /** What this generator and another one have seen together. */
  Sight and(Sight other) {
    Map<String, OfFleet> all = new TreeMap<>(fleets);
    other.fleets.forEach((name, more) -> all.merge(name, more, OfFleet::and));
    return new Sight(
        nanos,
        published + other.published,
        Math.max(busySeconds, other.busySeconds),
        sum(late, other.late),
        all);
  }

  private static Histogram sum(Histogram one, Histogram other) {
    Histogram sum = one.copy();
    sum.add(other);
    return sum;
  }

  /** What a fleet has seen. */
  public OfFleet fleet(String name) {
    OfFleet seen = fleets.get(name);
    if (seen == null) {
      throw new IllegalArgumentException("fleet: " + name + " (expected: " + fleets.keySet() + ")");
    }
    return seen;
  }

  /** All publications received, by all fleets. */
  public long delivered() {
    return fleets.values().stream().mapToLong(OfFleet::delivered).sum();
  }
}
