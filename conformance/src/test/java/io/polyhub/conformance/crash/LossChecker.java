package io.polyhub.conformance.crash;

import java.util.BitSet;
import java.util.List;

/** Everything that was acknowledged is there. */
final class LossChecker {

  private LossChecker() {}

  /**
   * Looks for each that was acknowledged.
   *
   * @param where where the entries were read
   * @return what is missing, in words; empty if nothing is
   */
  static List<String> check(String where, BitSet acknowledged, List<Entry> entries) {
    BitSet missing = (BitSet) acknowledged.clone();
    entries.forEach(entry -> missing.clear((int) entry.number()));
    return missing.isEmpty()
        ? List.of()
        : List.of(where + ": " + missing.cardinality() + " acknowledged are missing: " + missing);
  }
}
