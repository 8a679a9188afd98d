package io.polyhub.bench;

import io.polyhub.bench.report.Outcome;
import io.polyhub.bench.report.Report;
import io.polyhub.bench.report.TableReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a report that was written earlier, and makes its page anew. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Prints the report of an earlier run, and makes its page anew.")
final class ReportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FOLDER", description = "where report.json lies (${DEFAULT-VALUE})")
  private Path folder = Path.of("bench-report");

  @Override
  public Integer call() throws IOException {
    Reports reports = new Reports(folder);
    Report report = reports.read().orElse(null);
    if (report == null) {
      System.err.printf("no report in %s%n", folder);
      return 1;
    }
    for (Outcome outcome : report.outcomes()) {
      TableReport.print(System.out, outcome);
    }
    reports.write(report);
    return 0;
  }
}
