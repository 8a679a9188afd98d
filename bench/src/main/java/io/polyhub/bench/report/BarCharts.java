package io.polyhub.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Draws a figure of several targets as bars beneath each other. */
final class BarCharts {

  /** Variants that are farther apart than this do not go into one scale: bars would vanish. */
  private static final double APART_MAX = 20;

  private static final int BAR_STEP = 34;
  private static final int TEXT_DOWN = 14;
  private static final int BAR_DOWN = 20;
  private static final int BAR_HEIGHT = 8;

  private BarCharts() {}

  /**
   * Bars of one variant.
   *
   * @param most the value of the longest
   */
  private record Group(String variant, List<Bar> bars, double most) {

    static Optional<Group> of(String variant, List<Row> rows, String figure) {
      List<Bar> bars = new ArrayList<>();
      for (Row row : rows) {
        Grid.figure(row, figure)
            .filter(found -> Double.isFinite(found.value()))
            .ifPresent(found -> bars.add(new Bar(row, found)));
      }
      return bars.size() < 2
          ? Optional.empty()
          : Optional.of(
              new Group(
                  variant,
                  bars,
                  bars.stream().mapToDouble(bar -> bar.figure.value()).max().orElse(0)));
    }
  }

  private record Bar(Row row, Figure figure) {}

  /** Draws a chart for each figure that several rows of one variant have, if not all are zero. */
  static void draw(Markup page, Outcome outcome, String id) {
    Set<String> names = new LinkedHashSet<>();
    outcome.rows().forEach(row -> row.figures().forEach(figure -> names.add(figure.name())));
    boolean any = false;
    int number = 0;
    for (String name : names) {
      List<Group> groups = new ArrayList<>();
      Grid.byVariant(outcome.rows())
          .forEach((variant, rows) -> Group.of(variant, rows, name).ifPresent(groups::add));
      if (groups.stream().noneMatch(group -> group.most > 0)) {
        continue;
      }
      if (!any) {
        page.open("div", "charts");
        any = true;
      }
      chart(page, name, groups, id + "-bars-" + number++);
    }
    if (any) {
      page.closeLine();
    }
  }

  private static void chart(Markup page, String name, List<Group> groups, String id) {
    double most = groups.stream().mapToDouble(Group::most).max().orElse(0);
    double least = groups.stream().mapToDouble(Group::most).min().orElse(0);
    boolean apart = most > APART_MAX * least;
    page.open("figure", "bars").element("figcaption", name);
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      page.element("p", "variant", group.variant);
      bars(page, name, group, apart ? group.most : most, id + "-" + i);
    }
    if (apart) {
      page.element("p", "aside", "Each group has its own scale.");
    }
    page.closeLine();
  }

  /** Places across are percents: the chart is as wide as there is room, and its text stays. */
  private static void bars(Markup page, String name, Group group, double full, String id) {
    page.open("svg")
        .with("width", "100%")
        .with("height", group.bars.size() * BAR_STEP)
        .with("role", "img")
        .with("aria-labelledby", id + "-title " + id + "-desc");
    page.open("title").with("id", id + "-title").text(name + ", " + group.variant).close();
    page.open("desc").with("id", id + "-desc");
    group.bars.forEach(bar -> page.text(label(bar) + ": " + value(bar) + ". "));
    page.close();
    for (int i = 0; i < group.bars.size(); i++) {
      bar(page, group.bars.get(i), full, i * BAR_STEP);
    }
    page.closeLine();
  }

  private static void bar(Markup page, Bar bar, double full, int top) {
    double value = Math.max(0, bar.figure.value());
    double percent = full > 0 ? 100 * value / full : 0;
    String emphasis = Emphasis.isOurs(bar.row.target()) ? "ours" : "theirs";
    page.open("g", bar.row.saturated() ? emphasis + " saturated" : emphasis);
    page.open("text").with("y", top + TEXT_DOWN).text(label(bar)).close();
    page.open("text", "value")
        .with("x", "100%")
        .with("y", top + TEXT_DOWN)
        .text(value(bar))
        .close();
    page.open("rect", "track").with("y", top + BAR_DOWN).with("width", "100%");
    page.with("height", BAR_HEIGHT).close();
    page.open("rect", "bar").with("y", top + BAR_DOWN).with("width", Markup.number(percent) + "%");
    page.with("height", BAR_HEIGHT).close();
    page.close();
  }

  private static String label(Bar bar) {
    return bar.row.target() + (bar.row.saturated() ? " (generator saturated)" : "");
  }

  private static String value(Bar bar) {
    return Quantity.text(bar.figure.value(), bar.figure.unit());
  }
}
