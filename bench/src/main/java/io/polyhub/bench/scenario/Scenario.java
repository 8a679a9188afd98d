package io.polyhub.bench.scenario;

/** Something that is measured, by its word on the command line. */
public interface Scenario {

  /** Its word: lower case, no blanks. */
  String word();

  /** What it is about, in a few words. */
  String title();

  /** What it asks, in a sentence or two. */
  String question();

  /**
   * Measures.
   *
   * @throws IllegalStateException if a target, or the load, did not do what it should
   */
  void run(Lab lab, Findings findings);
}
