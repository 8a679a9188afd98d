package io.polyhub.bench.report;

/** What became of a comparison. */
enum Verdict {
  MET,
  MISSED,
  REFUSED,
  /** It has a value, and no aim. */
  UNJUDGED;

  static Verdict of(Comparison comparison) {
    if (comparison.refused() != null) {
      return REFUSED;
    }
    if (comparison.aim() == null) {
      return UNJUDGED;
    }
    return comparison.isMet() ? MET : MISSED;
  }
}
