package io.polyhub.bench.report;

import io.polyhub.bench.report.Axis.Tick;
import io.polyhub.bench.report.Plot.Line;
import io.polyhub.bench.report.Plot.Point;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Draws a plot, once for wide screens and once for narrow ones, so that its text is as large as the
 * rest on both; the style sheet shows one of them.
 */
final class LinePlot {

  private static final Size WIDE = new Size("wide", 920, 400, 10);
  private static final Size NARROW = new Size("narrow", 360, 320, 5);

  private static final int TOP = 32;
  private static final int RIGHT = 18;
  private static final int BOTTOM = 48;
  private static final int LEFT = 12;
  private static final double CHARACTER_WIDTH = 7.2;
  private static final int TICK_GAP = 8;
  private static final int UP_TICKS_MAX = 6;

  /** More points than this are a curve, and shapes upon it would hide it. */
  private static final int SHAPES_MAX = 12;

  private final Plot plot;
  private final List<Line> lines;
  private final Map<String, Pen> pens;
  private final String id;

  /**
   * Prepares the drawing of a plot.
   *
   * @param pens how each line looks, by its name
   * @param id of this plot in the page
   */
  LinePlot(Plot plot, Map<String, Pen> pens, String id) {
    this.plot = plot;
    this.lines = plot.lines().stream().map(line -> drawn(plot, line)).toList();
    this.pens = pens;
    this.id = id;
  }

  private record Size(String name, int width, int height, int acrossTicksMax) {}

  /** Where values are in a drawing. */
  private record Field(double left, double right, double top, double bottom, Axis across, Axis up) {

    double x(double value) {
      return left + across.place(value) * (right - left);
    }

    double y(double value) {
      return bottom - up.place(value) * (bottom - top);
    }
  }

  void draw(Markup page) {
    page.open("figure", "plot").element("figcaption", plot.title());
    if (count(lines) == 0) {
      page.element("p", "aside", "There is nothing to draw.");
    } else {
      legend(page);
      draw(page, WIDE);
      draw(page, NARROW);
    }
    long leftOut = count(plot.lines()) - count(lines);
    if (leftOut > 0) {
      page.element("p", "aside", "Points that these scales have no place for: " + leftOut + ".");
    }
    page.closeLine();
  }

  /** What of a line has a place in the plot. */
  private static Line drawn(Plot plot, Line line) {
    return new Line(
        line.name(),
        line.points().stream()
            .filter(point -> Axis.isDrawn(plot.acrossScale(), point.across()))
            .filter(point -> Axis.isDrawn(plot.upScale(), point.up()))
            .sorted(Comparator.comparingDouble(Point::across))
            .toList());
  }

  private static long count(List<Line> lines) {
    return lines.stream().mapToLong(line -> line.points().size()).sum();
  }

  private void legend(Markup page) {
    page.open("ul", "legend");
    for (Line line : lines) {
      Pen pen = pen(line);
      page.open("li").open("svg").with("width", 34).with("height", 12).with("aria-hidden", "true");
      pen.line(page, "1,6 33,6");
      pen.point(page, 17, 6);
      page.close().element(pen.bold() ? "strong" : "span", line.name()).close();
    }
    page.close();
  }

  private void draw(Markup page, Size size) {
    Field field = field(size);
    String titleId = id + "-" + size.name + "-title";
    String descriptionId = id + "-" + size.name + "-desc";
    page.open("svg", size.name)
        .with("viewBox", "0 0 " + size.width + " " + size.height)
        .with("role", "img")
        .with("aria-labelledby", titleId + " " + descriptionId);
    page.open("title").with("id", titleId).text(plot.title()).close();
    page.open("desc").with("id", descriptionId).text(description()).close();
    upAxis(page, field);
    acrossAxis(page, field);
    for (Line line : lines.reversed()) {
      draw(page, field, line);
    }
    page.closeLine();
  }

  private Field field(Size size) {
    Axis across = axis(plot.acrossScale(), Point::across, size.acrossTicksMax);
    Axis up = axis(plot.upScale(), Point::up, UP_TICKS_MAX);
    int longest = up.ticks().stream().mapToInt(tick -> tick.text().length()).max().orElse(0);
    double left = LEFT + CHARACTER_WIDTH * longest;
    return new Field(left, size.width - RIGHT, TOP, size.height - BOTTOM, across, up);
  }

  private Axis axis(Plot.Scale scale, ToDoubleFunction<Point> value, int ticksMax) {
    return Axis.of(
        scale, lines.stream().flatMap(line -> line.points().stream()).mapToDouble(value), ticksMax);
  }

  private String description() {
    return lines.stream()
        .filter(line -> !line.points().isEmpty())
        .map(line ->
            "%s: from %s at %s to %s at %s."
                .formatted(
                    line.name(),
                    Quantity.text(line.points().getFirst().up(), ""),
                    Quantity.tick(line.points().getFirst().across()),
                    Quantity.text(line.points().getLast().up(), ""),
                    Quantity.tick(line.points().getLast().across())))
        .collect(Collectors.joining(" ", plot.up() + ", against " + plot.across() + ". ", ""));
  }

  private void upAxis(Markup page, Field field) {
    label(page, "axis", 0, 14, plot.up());
    for (Tick tick : field.up.ticks()) {
      double y = field.y(tick.value());
      rule(page, field.left, y, field.right, y);
      label(page, "tick up", field.left - TICK_GAP, y + 4, tick.text());
    }
  }

  private void acrossAxis(Markup page, Field field) {
    label(page, "axis end", field.right, field.bottom + 40, plot.across());
    double free = Double.NEGATIVE_INFINITY;
    for (Tick tick : field.across.ticks()) {
      double x = field.x(tick.value());
      double half = tick.text().length() * CHARACTER_WIDTH / 2;
      rule(page, x, field.bottom, x, field.bottom + 5);
      if (x - half >= free) {
        label(page, "tick across", x, field.bottom + 19, tick.text());
        free = x + half + TICK_GAP;
      }
    }
  }

  private static void rule(Markup page, double x1, double y1, double x2, double y2) {
    page.open("line", "rule").with("x1", x1).with("y1", y1).with("x2", x2).with("y2", y2).close();
  }

  private static void label(Markup page, String styleClass, double x, double y, String text) {
    page.open("text", styleClass).with("x", x).with("y", y).text(text).close();
  }

  private void draw(Markup page, Field field, Line line) {
    List<Point> points = line.points();
    if (points.size() > 1) {
      String corners =
          points.stream()
              .map(point ->
                  Markup.number(field.x(point.across())) + "," + Markup.number(field.y(point.up())))
              .collect(Collectors.joining(" "));
      pen(line).line(page, corners);
    }
    int every = Math.ceilDiv(Math.max(1, points.size()), SHAPES_MAX);
    for (int i = 0; i < points.size(); i += every) {
      pen(line).point(page, field.x(points.get(i).across()), field.y(points.get(i).up()));
    }
  }

  private Pen pen(Line line) {
    return Objects.requireNonNull(pens.get(line.name()));
  }
}
