package io.polyhub.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a line looks: by colour, by dashes and by the shape of its points, so that it is known
 * without seeing colours too.
 *
 * @param colour the class that has the colour, in the style sheet
 * @param dashes as SVG writes them
 * @param shape of its points, as an SVG path around 0, 0
 * @param bold whether it is ours
 */
record Pen(String colour, String dashes, String shape, boolean bold) {

  private static final int COLOURS = 7;

  private static final List<String> DASHES = List.of("none", "8 4", "2 3", "10 4 2 4");

  private static final List<String> SHAPES =
      List.of(
          "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", // circle
          "M-3.5-3.5h7v7h-7z", // square
          "M0-4.6L4.4 3.2H-4.4z", // triangle
          "M0-5L4.4 0L0 5L-4.4 0z", // diamond
          "M0 4.6L4.4-3.2H-4.4z"); // triangle on its head

  /** A pen for each name of a line: the same in all plots of a scenario. */
  static Map<String, Pen> forLines(List<Plot> plots) {
    Map<String, Pen> pens = new LinkedHashMap<>();
    for (Plot plot : plots) {
      for (Plot.Line line : plot.lines()) {
        if (!pens.containsKey(line.name())) {
          pens.put(line.name(), of(line.name(), pens.size()));
        }
      }
    }
    return pens;
  }

  private static Pen of(String name, int index) {
    return new Pen(
        "c" + index % COLOURS,
        DASHES.get(index % DASHES.size()),
        SHAPES.get(index % SHAPES.size()),
        Emphasis.isOurs(name));
  }

  /** Draws a line through these points, given as SVG writes them. */
  void line(Markup page, String points) {
    page.open("polyline", (bold ? "line bold " : "line ") + colour)
        .with("points", points)
        .with("stroke-dasharray", dashes)
        .close();
  }

  /** Draws a point. */
  void point(Markup page, double x, double y) {
    page.open("path", "point " + colour)
        .with("transform", "translate(" + Markup.number(x) + " " + Markup.number(y) + ")")
        .with("d", shape)
        .close();
  }
}
