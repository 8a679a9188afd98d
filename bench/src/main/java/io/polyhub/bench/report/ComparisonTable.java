package io.polyhub.bench.report;

import java.util.List;

/** Comparisons on the page: what, how much, what it is to be, and whether it is. */
final class ComparisonTable {

  private static final List<String> COLUMNS = List.of("Comparison", "Value", "Aim", "Verdict");

  private final Markup page;

  /** Begins a table on the page. */
  ComparisonTable(Markup page, String caption) {
    this.page = page;
    page.open("table", "comparisons").element("caption", caption);
    page.open("thead").open("tr");
    for (String column : COLUMNS) {
      page.open("th", column.equals("Value") ? "number" : "text").with("scope", "col");
      page.text(column).close();
    }
    page.close().closeLine();
  }

  /** Adds comparisons below what they belong to. */
  void add(String title, String link, List<Comparison> comparisons) {
    page.open("tbody").open("tr").open("th", "group");
    page.with("scope", "rowgroup").with("colspan", "" + COLUMNS.size());
    page.open("a").with("href", link).text(title).close().close().closeLine();
    comparisons.forEach(this::row);
    page.closeLine();
  }

  /** Adds comparisons. */
  void add(List<Comparison> comparisons) {
    page.open("tbody");
    comparisons.forEach(this::row);
    page.closeLine();
  }

  /** Ends the table. */
  void end() {
    page.closeLine();
  }

  private void row(Comparison comparison) {
    page.open("tr");
    page.open("th").with("scope", "row").text(comparison.what());
    if (comparison.refused() != null) {
      page.element("span", "why", comparison.refused());
    }
    page.close();
    page.element("td", "number", Quantity.text(comparison));
    page.element("td", "aim", Quantity.text(comparison.aim(), comparison.unit()));
    page.open("td");
    switch (Verdict.of(comparison)) {
      case MET -> page.element("span", "verdict met", "✓ met");
      case MISSED -> page.element("span", "verdict missed", "✗ missed");
      case REFUSED -> page.element("span", "verdict refused", "– refused");
      case UNJUDGED -> page.element("span", "verdict", "no aim");
    }
    page.close().closeLine();
  }
}
