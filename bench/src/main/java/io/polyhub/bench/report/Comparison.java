package io.polyhub.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * One target beside another, or beside a limit, by one figure of one run.
 *
 * @param what what is compared, for example {@code fan-out per CPU second: Polyhub / bare Netty}
 * @param value the ratio, or the figure itself where the aim is a plain limit; null if it was
 *     refused
 * @param refused why no value is given, for example that the generator was saturated; null if one
 *     is
 * @param unit of a plain figure; empty for a ratio
 * @param aim what it is to reach; null if there is none
 */
public record Comparison(
    String what, @Nullable Double value, @Nullable String refused, String unit, @Nullable Aim aim) {

  public Comparison {
    if ((value == null) == (refused == null)) {
      throw new IllegalArgumentException("value: " + value + ", refused: " + refused);
    }
  }

  /** Whether the aim is met; false where there is no value, or no aim. */
  public boolean isMet() {
    return value != null && aim != null && aim.isMetBy(value);
  }
}
