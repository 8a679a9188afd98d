package io.polyhub.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cells beneath each other in plain text. What is wider than its column goes on a line below. */
final class TextTable {

  private static final String GAP = "  ";

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  /**
   * How a column is set.
   *
   * @param heading above it; may be empty
   */
  record Column(String heading, int width, boolean rightAligned) {

    static Column left(int width) {
      return new Column("", width, false);
    }

    /** As wide as its widest cell; a heading breaks between words, as long as it stays readable. */
    static Column right(String heading, List<String> cells) {
      int width = Math.min(heading.length(), HEADING_WIDTH_MIN);
      for (String word : heading.split(" ", -1)) {
        width = Math.max(width, word.length());
      }
      return new Column(heading, Math.max(width, widest(cells)), true);
    }

    private static final int HEADING_WIDTH_MIN = 12;
  }

  /** The length of the longest text. */
  static int widest(List<String> texts) {
    return texts.stream().mapToInt(String::length).max().orElse(0);
  }

  /** How much of a line so many columns of these widths take. */
  static int width(List<Column> columns) {
    return columns.stream().mapToInt(Column::width).sum() + GAP.length() * (columns.size() - 1);
  }

  void add(String... cells) {
    rows.add(List.of(cells));
  }

  void add(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /** The headings, if there are any, each as low as it can be. */
  List<String> head() {
    List<List<String>> cells = wrapped(columns.stream().map(Column::heading).toList());
    int height = cells.stream().mapToInt(List::size).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int line = 0; line < height; line++) {
      List<String> parts = new ArrayList<>();
      for (List<String> cell : cells) {
        int index = line - (height - cell.size());
        parts.add(index < 0 ? "" : cell.get(index));
      }
      lines.add(line(parts));
    }
    return lines;
  }

  /** The rows. */
  List<String> body() {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      List<List<String>> cells = wrapped(row);
      int height = cells.stream().mapToInt(List::size).max().orElse(0);
      for (int line = 0; line < height; line++) {
        List<String> parts = new ArrayList<>();
        for (List<String> cell : cells) {
          parts.add(line < cell.size() ? cell.get(line) : "");
        }
        lines.add(line(parts));
      }
    }
    return lines;
  }

  /** The text in lines of this width, if its words allow it. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : Arrays.asList(text.strip().split("\\s+", -1))) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private List<List<String>> wrapped(List<String> cells) {
    List<List<String>> wrapped = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      wrapped.add(wrap(cells.get(i), columns.get(i).width));
    }
    return wrapped;
  }

  private String line(List<String> parts) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      String padding = " ".repeat(Math.max(0, columns.get(i).width - parts.get(i).length()));
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).rightAligned ? padding + parts.get(i) : parts.get(i) + padding);
    }
    return line.toString().stripTrailing();
  }
}
