package io.polyhub.bench;

import io.polyhub.bench.report.Outcome;
import io.polyhub.bench.report.Report;
import io.polyhub.bench.report.TableReport;
import io.polyhub.bench.scenario.Findings;
import io.polyhub.bench.scenario.Lab;
import io.polyhub.bench.scenario.Scenario;
import io.polyhub.bench.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the scenarios, or runs some of them and writes what they found. */
@Command(
    name = "./hub bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the hub beside what it is compared with, on this machine alone.",
      "Without a scenario it lists them. Leave the machine idle meanwhile."
    })
final class BenchCommand implements Callable<Integer> {

  private static final int QUICK_DIVISOR = 20;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SCENARIO", description = "what to measure, or all")
  private List<String> words = List.of();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "where report.json and report.html go (${DEFAULT-VALUE})")
  private Path out = Path.of("bench-report");

  @Option(
      names = "--add",
      description = "adds to the report that is there, replacing scenarios that ran again")
  private boolean add;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "how often each is measured; the middle one counts (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "4",
      description = "how long one measurement lasts (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--only",
      paramLabel = "TARGET",
      split = ",",
      description = "measures only targets whose names hold one of these words")
  private List<String> only = List.of();

  @Option(
      names = "--quick",
      description = "one short round of everything at a twentieth of its size, to try it")
  private boolean quick;

  @Override
  public Integer call() throws IOException {
    PrintStream console = System.out;
    if (words.isEmpty()) {
      list(console);
      return 0;
    }
    List<Scenario> scenarios = scenarios();
    Path folder = Files.createTempDirectory("polyhub-bench");
    try {
      return run(console, scenarios, lab(console, folder));
    } finally {
      delete(folder);
    }
  }

  private static void list(PrintStream console) {
    for (Scenario scenario : Scenarios.all()) {
      console.printf("  %-12s %s%n", scenario.word(), scenario.title());
    }
    console.printf("%n./hub bench SCENARIO... or ./hub bench all; --help tells the options.%n");
  }

  private List<Scenario> scenarios() {
    if (words.contains("all")) {
      return Scenarios.all();
    }
    return words.stream()
        .map(word ->
            Scenarios.named(word)
                .orElseThrow(() ->
                    new ParameterException(
                        Objects.requireNonNull(spec).commandLine(),
                        "scenario: %s (expected: all, or some of %s)"
                            .formatted(
                                word, Scenarios.all().stream().map(Scenario::word).toList()))))
        .toList();
  }

  private Lab lab(PrintStream console, Path folder) {
    return quick
        ? new Lab(folder, console, 1, Duration.ofMillis(500), QUICK_DIVISOR, only)
        : new Lab(folder, console, rounds, Duration.ofSeconds(seconds), 1, only);
  }

  private int run(PrintStream console, List<Scenario> scenarios, Lab lab) throws IOException {
    Reports reports = new Reports(out);
    Report report = add ? reports.read().orElseGet(Reports::begin) : Reports.begin();
    List<String> failed = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      console.printf("%n%s: %s%n", scenario.word(), scenario.title());
      try {
        Outcome outcome = measure(scenario, lab);
        TableReport.print(console, outcome);
        report = report.with(outcome);
        reports.write(report);
      } catch (RuntimeException e) {
        failed.add(scenario.word());
        console.printf("  failed: %s%n", e);
      }
    }
    console.printf("%n%s%n", reports.page().toUri());
    if (!failed.isEmpty()) {
      console.printf("failed: %s%n", failed);
    }
    return failed.isEmpty() ? 0 : 1;
  }

  private Outcome measure(Scenario scenario, Lab lab) {
    Findings findings = new Findings();
    long begun = System.nanoTime();
    scenario.run(lab, findings);
    return findings.outcome(scenario, command(scenario), (System.nanoTime() - begun) / 1e9);
  }

  private String command(Scenario scenario) {
    StringBuilder command = new StringBuilder("./hub bench " + scenario.word());
    if (quick) {
      command.append(" --quick");
    } else {
      command.append(" --rounds ").append(rounds).append(" --seconds ").append(seconds);
    }
    if (!only.isEmpty()) {
      command.append(" --only ").append(String.join(",", only));
    }
    return command.toString();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
