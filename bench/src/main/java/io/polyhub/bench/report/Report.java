package io.polyhub.bench.report;

import java.time.Instant;
import java.util.ArrayList;
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

  /** The same report with this outcome, in the place of an earlier one of its scenario if any. */
  public Report with(Outcome outcome) {
    List<Outcome> changed = new ArrayList<>(outcomes);
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).scenario().equals(outcome.scenario())) {
        changed.set(i, outcome);
        return new Report(version, begun, machine, changed);
      }
    }
    changed.add(outcome);
    return new Report(version, begun, machine, changed);
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
