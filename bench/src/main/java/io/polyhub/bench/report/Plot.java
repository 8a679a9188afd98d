package io.polyhub.bench.report;

import java.util.List;

/**
 * Lines in a field.
 *
 * @param title what is seen
 * @param across what the horizontal axis tells, with its unit
 * @param up what the vertical axis tells, with its unit
 * @param acrossScale how the horizontal axis is divided
 * @param upScale how the vertical axis is divided
 */
public record Plot(
    String title, String across, String up, Scale acrossScale, Scale upScale, List<Line> lines) {

  public Plot {
    lines = List.copyOf(lines);
  }

  /** How an axis is divided. */
  public enum Scale {
    /** Equal steps. */
    LINEAR,
    /** Equal factors. */
    LOG,
    /** Percentiles: as far again for each further nine. Values are percents below 100. */
    PERCENTILE
  }

  /** One line, of one target or variant. */
  public record Line(String name, List<Point> points) {

    public Line {
      points = List.copyOf(points);
    }
  }

  /** One point of a line. */
  public record Point(double across, double up) {}
}
