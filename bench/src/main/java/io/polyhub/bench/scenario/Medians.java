package io.polyhub.bench.scenario;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of what was measured. */
final class Medians {

  private Medians() {}

  /** The middle value, or the mean of the two in the middle. */
  static <T> double of(List<T> items, ToDoubleFunction<T> value) {
    double[] sorted = items.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
