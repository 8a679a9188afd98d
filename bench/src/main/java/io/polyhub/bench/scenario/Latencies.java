package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Sight;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.report.Plot;
import io.polyhub.bench.report.Plot.Point;
import java.util.ArrayList;
import java.util.List;

/** Latencies as figures and as lines; from when a publication was to be sent until it came. */
final class Latencies {

  static final String P50 = "p50";
  static final String P99 = "p99";
  static final String P999 = "p99.9";

  private static final double[] PERCENTS = {
    0, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.975, 99.99
  };

  private Latencies() {}

  /** The figures of a fleet; of several rounds each the middle one. */
  static List<Figure> figures(List<Measured> rounds, String fleet) {
    return List.of(
        figure(rounds, fleet, P50, 50),
        figure(rounds, fleet, P99, 99),
        figure(rounds, fleet, P999, 99.9));
  }

  private static Figure figure(List<Measured> rounds, String fleet, String name, double percent) {
    return new Figure(
        name, "ms", Medians.of(rounds, one -> one.end().fleet(fleet).millis(percent)));
  }

  /** The line of a fleet, by percentiles. */
  static Plot.Line line(String name, Sight.OfFleet seen) {
    List<Point> points = new ArrayList<>();
    for (double percent : PERCENTS) {
      points.add(new Point(percent, seen.millis(percent)));
    }
    return new Plot.Line(name, points);
  }

  /** A field for such lines. */
  static Plot plot(String title, List<Plot.Line> lines) {
    return new Plot(title, "percentile", "ms", Plot.Scale.PERCENTILE, Plot.Scale.LOG, lines);
  }
}
