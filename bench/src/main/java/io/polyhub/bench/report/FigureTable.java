package io.polyhub.bench.report;

import java.util.List;

/** The figures of a scenario on the page: targets below their variant, figures beside. */
final class FigureTable {

  private FigureTable() {}

  static void write(Markup page, List<Row> rows) {
    List<Grid> grids = Grid.of(rows);
    for (Grid grid : grids) {
      write(page, grid);
    }
    if (grids.stream().anyMatch(Grid::hasSaturated)) {
      page.element(
          "p",
          "aside",
          "* The generator was saturated: these figures tell of it, not of the target.");
    }
  }

  private static void write(Markup page, Grid grid) {
    // What can be scrolled must be reachable by the keyboard.
    page.open("div", "scroll").with("role", "region").with("aria-label", "Figures");
    page.with("tabindex", "0").open("table", "figures").element("caption", "Figures");
    page.open("thead").open("tr").open("th", "text").with("scope", "col").text("Target").close();
    for (String column : grid.columns()) {
      page.open("th", "number").with("scope", "col").text(column).close();
    }
    page.close().closeLine();
    grid.variants().forEach((variant, rows) -> write(page, grid.columns(), variant, rows));
    page.close().closeLine();
  }

  private static void write(Markup page, List<String> columns, String variant, List<Row> rows) {
    page.open("tbody").open("tr").open("th", "group").with("scope", "rowgroup");
    page.with("colspan", "" + (columns.size() + 1)).element("span", variant).close().closeLine();
    for (Row row : rows) {
      page.open("tr", Emphasis.isOurs(row.target()) ? "ours" : "theirs");
      page.open("th").with("scope", "row").text(row.target() + (row.saturated() ? "\u00a0*" : ""));
      page.close();
      for (String column : columns) {
        String cell =
            Grid.figure(row, column)
                .map(figure -> Quantity.text(figure.value(), figure.unit()))
                .orElse("–");
        page.element("td", "number", cell);
      }
      page.closeLine();
    }
    page.closeLine();
  }
}
