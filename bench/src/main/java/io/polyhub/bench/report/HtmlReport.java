package io.polyhub.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A report as one page that needs nothing else: HTML that is well-formed XML too. */
public final class HtmlReport {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Markup page = new Markup();
  private final Report report;

  private HtmlReport(Report report) {
    this.report = report;
  }

  /** The report as a page. */
  public static String page(Report report) {
    return new HtmlReport(report).write();
  }

  private String write() {
    String title = "Polyhub " + report.version() + ", measured";
    page.verbatim("<!DOCTYPE html>\n");
    page.open("html").with("xmlns", "http://www.w3.org/1999/xhtml").with("lang", "en");
    page.open("head");
    page.open("meta").with("charset", "utf-8").close();
    page.open("meta").with("name", "viewport");
    page.with("content", "width=device-width, initial-scale=1").close();
    page.open("meta").with("name", "color-scheme").with("content", "light dark").close();
    page.element("title", title);
    page.open("style").verbatim(styleSheet()).close().closeLine();
    page.open("body").open("main");
    header(title);
    if (!report.outcomes().isEmpty()) {
      summary();
      contents();
    }
    report.outcomes().forEach(outcome -> new ScenarioSection(page, outcome).write());
    page.close().close().closeLine();
    return page.toString();
  }

  private static String styleSheet() {
    try (InputStream file =
        Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void header(String title) {
    Report.Machine machine = report.machine();
    page.open("header").element("h1", title);
    page.element("p", "date", DATE.format(report.begun()));
    page.open("dl", "facts");
    fact("processor", machine.processor());
    fact("cores", Integer.toString(machine.cores()));
    fact("memory", Quantity.text((double) machine.memoryBytes(), "B"));
    fact("system", machine.system());
    fact("Java", machine.java());
    fact("open files", openFiles(machine.openFiles()));
    page.close().closeLine();
  }

  private void fact(String name, String value) {
    page.open("div").element("dt", name).element("dd", value).close();
  }

  private static String openFiles(long count) {
    return count == Long.MAX_VALUE ? "unlimited" : "at most " + Quantity.text((double) count, "");
  }

  private void summary() {
    List<Comparison> aimed =
        report.outcomes().stream().flatMap(outcome -> aimed(outcome).stream()).toList();
    page.open("section").with("id", "summary").with("aria-labelledby", "summary-title");
    page.open("h2").with("id", "summary-title").text("Aims").close();
    if (aimed.isEmpty()) {
      page.element("p", "No comparison has one.");
    } else {
      page.element("p", tally(aimed));
      ComparisonTable table = new ComparisonTable(page, "All comparisons that have an aim");
      for (Outcome outcome : report.outcomes()) {
        if (!aimed(outcome).isEmpty()) {
          table.add(outcome.title(), "#" + ScenarioSection.id(outcome), aimed(outcome));
        }
      }
      table.end();
    }
    page.closeLine();
  }

  private static List<Comparison> aimed(Outcome outcome) {
    return outcome.comparisons().stream().filter(each -> each.aim() != null).toList();
  }

  private static String tally(List<Comparison> aimed) {
    List<String> parts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      long count = aimed.stream().filter(each -> Verdict.of(each) == verdict).count();
      if (count > 0) {
        parts.add(count + " " + verdict.name().toLowerCase(Locale.ROOT));
      }
    }
    return "Of %d aims: %s.".formatted(aimed.size(), String.join(", ", parts));
  }

  private void contents() {
    page.open("nav").with("aria-labelledby", "contents-title");
    page.open("h2").with("id", "contents-title").text("Contents").close().open("ol");
    for (Outcome outcome : report.outcomes()) {
      page.open("li").open("a").with("href", "#" + ScenarioSection.id(outcome));
      page.text(outcome.title()).close().close();
    }
    page.close().closeLine();
  }
}
