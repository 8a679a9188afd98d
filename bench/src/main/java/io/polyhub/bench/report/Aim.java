package io.polyhub.bench.report;

/**
 * What a ratio or a figure is to reach.
 *
 * @param atLeast whether it is a lower bound, otherwise an upper one
 */
public record Aim(boolean atLeast, double bound) {

  /** It is to be this or more. */
  public static Aim atLeast(double bound) {
    return new Aim(true, bound);
  }

  /** It is to be this or less. */
  public static Aim atMost(double bound) {
    return new Aim(false, bound);
  }

  /** Whether the value reaches it. */
  public boolean isMetBy(double value) {
    return atLeast ? value >= bound : value <= bound;
  }
}
