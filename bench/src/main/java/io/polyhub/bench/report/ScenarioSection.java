package io.polyhub.bench.report;

import java.util.List;
import java.util.Map;

/** What a scenario found, as a section of the page. */
final class ScenarioSection {

  private final Markup page;
  private final Outcome outcome;
  private final String id;

  ScenarioSection(Markup page, Outcome outcome) {
    this.page = page;
    this.outcome = outcome;
    this.id = id(outcome);
  }

  /** What a link to the section of an outcome names. */
  static String id(Outcome outcome) {
    return "scenario-" + outcome.scenario().replaceAll("[^A-Za-z0-9-]", "-");
  }

  void write() {
    page.open("section").with("id", id).with("aria-labelledby", id + "-title");
    page.open("h2").with("id", id + "-title").text(outcome.title()).close();
    page.element("p", "question", outcome.question());
    parameters();
    if (!outcome.comparisons().isEmpty()) {
      ComparisonTable table = new ComparisonTable(page, "Comparisons");
      table.add(outcome.comparisons());
      table.end();
    }
    if (!outcome.rows().isEmpty()) {
      FigureTable.write(page, outcome.rows());
      BarCharts.draw(page, outcome, id);
    }
    plots();
    notes(outcome.notes());
    repeat();
    page.closeLine();
  }

  private void parameters() {
    page.open("dl", "facts");
    outcome.parameters().forEach(this::parameter);
    parameter("took", Quantity.duration(outcome.seconds()));
    page.closeLine();
  }

  private void parameter(String name, String value) {
    page.open("div").element("dt", name).element("dd", value).close();
  }

  private void plots() {
    Map<String, Pen> pens = Pen.forLines(outcome.plots());
    int number = 0;
    for (Plot plot : outcome.plots()) {
      new LinePlot(plot, pens, id + "-plot-" + number++).draw(page);
    }
  }

  private void notes(List<String> notes) {
    if (!notes.isEmpty()) {
      page.element("h3", "Notes").open("ul", "notes");
      notes.forEach(note -> page.element("li", note));
      page.closeLine();
    }
  }

  private void repeat() {
    page.element("h3", "To repeat it");
    page.open("pre").element("code", outcome.command()).closeLine();
    outcome
        .configurations()
        .forEach((target, configuration) -> {
          page.open("details").element("summary", "Configuration of " + target);
          page.open("pre").element("code", configuration.strip()).close().closeLine();
        });
  }
}
