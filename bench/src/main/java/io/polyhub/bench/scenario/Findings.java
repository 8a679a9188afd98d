package io.polyhub.bench.scenario;

import com.google.errorprone.annotations.FormatMethod;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.report.Comparison;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.report.Outcome;
import io.polyhub.bench.report.Plot;
import io.polyhub.bench.report.Row;
import io.polyhub.bench.target.TargetKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Collects what a scenario finds. */
public final class Findings {

  private final Map<String, String> parameters = new LinkedHashMap<>();
  private final Map<String, String> configurations = new LinkedHashMap<>();
  private final List<Row> rows = new ArrayList<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private final List<Plot> plots = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Notes how large the scenario was. */
  void parameter(String name, String value) {
    parameters.put(name, value);
  }

  /** Notes how a target was configured. */
  void configured(TargetKind kind) {
    configurations.put(kind.name(), kind.configuration());
  }

  void add(Row row) {
    rows.add(row);
  }

  void row(String target, String variant, List<Figure> figures, boolean saturated) {
    add(new Row(target, variant, figures, saturated));
  }

  void plot(Plot plot) {
    plots.add(plot);
  }

  @FormatMethod
  void note(String format, Object... arguments) {
    notes.add(format.formatted(arguments));
  }

  /** The row of a target in a variant, if it was measured. */
  Optional<Row> find(String target, String variant) {
    return rows.stream()
        .filter(row -> row.target().equals(target) && row.variant().equals(variant))
        .findFirst();
  }

  List<Row> rows() {
    return rows;
  }

  /**
   * Compares two rows by one figure; refuses to where one of them tells of the generator and not of
   * its target, and does nothing where one was not measured.
   */
  void compare(
      String what, Optional<Row> ours, Optional<Row> theirs, String figure, @Nullable Aim aim) {
    if (ours.isEmpty() || theirs.isEmpty()) {
      return;
    }
    OptionalDouble above = ours.get().value(figure);
    OptionalDouble below = theirs.get().value(figure);
    String refused =
        ours.get().saturated() || theirs.get().saturated()
            ? "the generator was saturated"
            : above.isEmpty() || below.isEmpty() || below.getAsDouble() == 0
                ? "not measured"
                : null;
    comparisons.add(
        refused == null
            ? new Comparison(what, above.getAsDouble() / below.getAsDouble(), null, "", aim)
            : new Comparison(what, null, refused, "", aim));
  }

  /** Compares two targets in one variant by their deliveries per CPU second. */
  void compareTargets(TargetKind ours, TargetKind theirs, String variant, @Nullable Aim aim) {
    compare(
        "%s / %s, %s, per CPU second".formatted(ours.name(), theirs.name(), variant),
        find(ours.name(), variant),
        find(theirs.name(), variant),
        Measured.PER_CPU_SECOND,
        aim);
  }

  /** Holds a figure to a plain limit. */
  void hold(String what, double value, String unit, Aim aim) {
    comparisons.add(new Comparison(what, value, null, unit, aim));
  }

  /** Says why something could not be compared. */
  void refuse(String what, String why, @Nullable Aim aim) {
    comparisons.add(new Comparison(what, null, why, "", aim));
  }

  /** All of it. */
  public Outcome outcome(Scenario scenario, String command, double seconds) {
    return new Outcome(
        scenario.word(),
        scenario.title(),
        scenario.question(),
        command,
        parameters,
        rows,
        comparisons,
        plots,
        notes,
        configurations,
        seconds);
  }
}
