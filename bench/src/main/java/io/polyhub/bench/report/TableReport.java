package io.polyhub.bench.report;

import io.polyhub.bench.report.TextTable.Column;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An outcome as plain text, for a terminal. */
public final class TableReport {

  private static final int WIDTH_MAX = 120;
  private static final String INDENT = "  ";
  private static final String SATURATED = " *";
  private static final int WHAT_WIDTH_MAX = 60;
  private static final int VERDICT_WIDTH_MIN = 20;

  private final PrintStream out;

  private TableReport(PrintStream out) {
    this.out = out;
  }

  /** Prints what a scenario found. */
  public static void print(PrintStream out, Outcome outcome) {
    new TableReport(out).print(outcome);
  }

  private void print(Outcome outcome) {
    out.println(outcome.title());
    out.println("=".repeat(Math.min(outcome.title().length(), WIDTH_MAX)));
    wrapped("", outcome.question());
    wrapped(
        "",
        Stream.concat(
                outcome.parameters().entrySet().stream()
                    .map(parameter -> parameter.getKey() + " " + parameter.getValue()),
                Stream.of("took " + Quantity.duration(outcome.seconds())))
            .collect(Collectors.joining("; ")));
    List<Grid> grids = Grid.of(outcome.rows());
    grids.forEach(this::figures);
    if (grids.stream().anyMatch(Grid::hasSaturated)) {
      out.println();
      wrapped("* ", "The generator was saturated: these figures tell of it, not of the target.");
    }
    comparisons(outcome.comparisons());
    notes(outcome.notes());
    out.println();
  }

  /** Figures that do not fit beside each other are printed in several passes. */
  private void figures(Grid grid) {
    List<Row> rows = grid.variants().values().stream().flatMap(List::stream).toList();
    Column targets = Column.left(TextTable.widest(rows.stream().map(TableReport::name).toList()));
    List<Column> columns = new ArrayList<>(List.of(targets));
    for (String figure : grid.columns()) {
      Column column = Column.right(figure, rows.stream().map(row -> cell(row, figure)).toList());
      if (columns.size() > 1
          && INDENT.length() + TextTable.width(columns) + 2 + column.width() > WIDTH_MAX) {
        figures(grid, columns);
        columns = new ArrayList<>(List.of(targets));
      }
      columns.add(column);
    }
    figures(grid, columns);
  }

  private void figures(Grid grid, List<Column> columns) {
    out.println();
    new TextTable(columns).head().forEach(line -> out.println(INDENT + line));
    grid.variants()
        .forEach((variant, rows) -> {
          wrapped("", variant);
          TextTable table = new TextTable(columns);
          for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(name(row)));
            columns.stream().skip(1).forEach(column -> cells.add(cell(row, column.heading())));
            table.add(cells);
          }
          table.body().forEach(line -> out.println(INDENT + line));
        });
  }

  private static String name(Row row) {
    return row.target() + (row.saturated() ? SATURATED : "");
  }

  private static String cell(Row row, String figure) {
    return Grid.figure(row, figure)
        .map(found -> Quantity.text(found.value(), found.unit()))
        .orElse("-");
  }

  private void comparisons(List<Comparison> comparisons) {
    if (comparisons.isEmpty()) {
      return;
    }
    List<String> whats = comparisons.stream().map(Comparison::what).toList();
    List<String> values = comparisons.stream().map(Quantity::text).toList();
    List<String> aims =
        comparisons.stream().map(each -> Quantity.text(each.aim(), each.unit())).toList();
    List<Column> columns =
        new ArrayList<>(
            List.of(
                Column.left(Math.min(TextTable.widest(whats), WHAT_WIDTH_MAX)),
                Column.right("", values),
                Column.left(TextTable.widest(aims))));
    int left = WIDTH_MAX - INDENT.length() - TextTable.width(columns) - 2;
    columns.add(Column.left(Math.max(VERDICT_WIDTH_MIN, left)));
    TextTable table = new TextTable(columns);
    for (int i = 0; i < comparisons.size(); i++) {
      table.add(whats.get(i), values.get(i), aims.get(i), verdict(comparisons.get(i)));
    }
    out.println();
    out.println("Comparisons");
    table.body().forEach(line -> out.println(INDENT + line));
  }

  private static String verdict(Comparison comparison) {
    return switch (Verdict.of(comparison)) {
      case MET -> "ok";
      case MISSED -> "missed";
      case REFUSED -> "refused: " + comparison.refused();
      case UNJUDGED -> "";
    };
  }

  private void notes(List<String> notes) {
    if (!notes.isEmpty()) {
      out.println();
      out.println("Notes");
      notes.forEach(note -> wrapped(INDENT + "- ", note));
    }
  }

  private void wrapped(String mark, String text) {
    String before = mark;
    for (String line : TextTable.wrap(text, WIDTH_MAX - mark.length())) {
      out.println(before + line);
      before = " ".repeat(mark.length());
    }
  }
}
