package io.polyhub.bench.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What one target showed in one variant of a scenario; the middle one of its rounds.
 *
 * @param target its name
 * @param variant what was varied, for example {@code MQTT 5, QoS 1, 10,000 subscribers}
 * @param saturated whether the generator was the bottleneck, so that the figures tell of it and not
 *     of the target
 */
public record Row(String target, String variant, List<Figure> figures, boolean saturated) {

  public Row {
    figures = List.copyOf(figures);
  }

  /** The value of a figure, if it was measured. */
  public OptionalDouble value(String figure) {
    return figures.stream()
        .filter(one -> one.name().equals(figure))
        .mapToDouble(Figure::value)
        .findFirst();
  }
}
