package io.polyhub.bench.report;

/** What a reader looks for first. */
final class Emphasis {

  private static final String OURS = "Polyhub";

  private Emphasis() {}

  /** Whether a target, or a line of a plot, is the hub itself. */
  static boolean isOurs(String name) {
    return name.startsWith(OURS);
  }
}
