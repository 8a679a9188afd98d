package io.polyhub.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;

/** A report as a table, as JSON and as a page. */
final class ReportsTest {

  private static final Figure COST = new Figure("deliveries per CPU second", "1/s", 123_456.7);

  private static Outcome outcome(List<Plot> plots) {
    return new Outcome(
        "fanout",
        "One to many <script>alert(1)</script>",
        "What does it cost & why?",
        "./hub bench fanout",
        Map.of("subscribers", "10,000"),
        List.of(
            new Row("Polyhub", "10,000 subscribers", List.of(COST), false),
            new Row(
                "a peer",
                "10,000 subscribers",
                List.of(new Figure("deliveries per CPU second", "1/s", 50_000)),
                true)),
        List.of(
            new Comparison("ours / theirs", 1.25, null, "", Aim.atLeast(1)),
            new Comparison("memory", 5_000.0, null, "B", Aim.atMost(4096)),
            new Comparison("ours / a peer", null, "the generator was saturated", "", null)),
        plots,
        List.of("It was noticed."),
        Map.of("a peer", "listener 1883 < 1884"),
        12.5);
  }

  private static Report report(List<Plot> plots) {
    return new Report(
        "0.1.0",
        Instant.parse("2026-01-02T03:04:05Z"),
        new Report.Machine("A & B", 2, 1L << 34, "Linux", "Java 25", 20_000),
        List.of(outcome(plots)));
  }

  private static Plot plot(Plot.Scale across, Plot.Scale up, Plot.Point... points) {
    return new Plot("seen", "x", "ms", across, up, List.of(new Plot.Line("one", List.of(points))));
  }

  private static Document parse(String page) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    return factory
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void a_table_has_figures_comparisons_and_what_was_refused() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    TableReport.print(new PrintStream(out, true, StandardCharsets.UTF_8), outcome(List.of()));

    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("Polyhub", "123,457/s", "1.25", "at least 1", "ok")
        .contains("missed", "the generator was saturated", "It was noticed.");
    assertThat(text.lines()).allMatch(line -> line.length() <= 120);
  }

  @Test
  void json_keeps_everything() {
    Report report = report(List.of(plot(Plot.Scale.LOG, Plot.Scale.LINEAR, new Plot.Point(1, 2))));

    assertThat(JsonReport.parse(JsonReport.text(report))).isEqualTo(report);
  }

  @Test
  void what_is_no_report_is_refused() {
    assertThatThrownBy(() -> JsonReport.parse("{\"version\":1}"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_outcome_takes_the_place_of_an_earlier_one_of_its_scenario() {
    Report report = report(List.of());

    assertThat(report.with(outcome(List.of())).outcomes()).hasSize(1);
  }

  @Test
  void a_page_is_well_formed_and_says_names_as_they_are() throws Exception {
    String page = HtmlReport.page(report(List.of()));

    assertThat(page).doesNotContain("<script>alert");
    String text = parse(page).getDocumentElement().getTextContent();
    assertThat(text)
        .contains("One to many <script>alert(1)</script>", "A & B", "listener 1883 < 1884")
        .contains("the generator was saturated", "./hub bench fanout");
  }

  @ParameterizedTest
  @EnumSource(Plot.Scale.class)
  void plots_bear_nothing_one_point_zeros_and_equal_values(Plot.Scale scale) throws Exception {
    List<Plot> plots =
        List.of(
            plot(scale, Plot.Scale.LOG),
            plot(scale, Plot.Scale.LOG, new Plot.Point(50, 0)),
            plot(scale, Plot.Scale.LINEAR, new Plot.Point(50, 3)),
            plot(scale, Plot.Scale.LOG, new Plot.Point(0, 3), new Plot.Point(99.99, 3)));

    String page = HtmlReport.page(report(plots));

    assertThat(parse(page).getElementsByTagName("svg").getLength()).isGreaterThanOrEqualTo(3);
    assertThat(page).doesNotContain("NaN", "Infinity");
  }

  @Test
  void the_machine_is_told() {
    Report.Machine machine = Machines.here();

    assertThat(machine.cores()).isPositive();
    assertThat(machine.memoryBytes()).isGreaterThan(1L << 20);
    assertThat(machine.java()).contains("25");
  }
}
