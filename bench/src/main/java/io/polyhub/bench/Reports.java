package io.polyhub.bench;

import io.polyhub.bench.report.HtmlReport;
import io.polyhub.bench.report.JsonReport;
import io.polyhub.bench.report.Machines;
import io.polyhub.bench.report.Report;
import io.polyhub.bench.target.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The report in a folder: as JSON, and as a page.
 *
 * @param folder made if it is not there
 */
record Reports(Path folder) {

  /** A report of nothing yet, begun now on this machine. */
  static Report begin() {
    return new Report(
        ServerProcess.version(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        Machines.here(),
        List.of());
  }

  /** What is there, if anything is. */
  Optional<Report> read() throws IOException {
    Path file = json();
    return Files.exists(file)
        ? Optional.of(JsonReport.parse(Files.readString(file)))
        : Optional.empty();
  }

  void write(Report report) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(json(), JsonReport.text(report));
    Files.writeString(page(), HtmlReport.page(report));
  }

  private Path json() {
    return folder.resolve("report.json");
  }

  /** The page for people. */
  Path page() {
    return folder.resolve("report.html");
  }
}
