package io.polyhub.bench.report;

import java.time.Instant;
import java.util.List;

/**
 * What one run of the bench found.
 *
 * @param version of the hub
 * @param begun when the run began
 * @param machine where it ran
 * @param outcomes of the scenarios, in their order
 */
public record Report(String version, Instant begun, Machine machine, List<Outcome> outcomes) {

  public Report {
    outcomes = List.copyOf(outcomes);
  }

  /**
   * A machine, as far as it matters for what was measured.
   *
   * @param processor its model
   * @param cores how many of them the bench may use
   * @param memoryBytes all of its memory
   * @param system the operating system with its version
   * @param java the Java run time with its version
   * @param openFiles how many files a process may have open
   */
  public record Machine(
      String processor, int cores, long memoryBytes, String system, String java, long openFiles) {}
}
