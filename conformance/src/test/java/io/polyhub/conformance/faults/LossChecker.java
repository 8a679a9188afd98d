package io.polyhub.conformance.faults;

import java.util.BitSet;
import java.util.List;

/** Everything that was acknowledged is there, or the reader was told that something is missing. */
final class LossChecker {

  private LossChecker() {}

  /**
   * Looks for each that was acknowledged.
   *
   * @param where where the entries were read
   * @return what is missing, in words; empty if nothing is
   */
  static List<String> check(String where, BitSet acknowledged, List<Entry> entries) {
    return check(where, acknowledged, entries, List.of());
  }

  /**
   * Looks for each that was acknowledged, but for those that lie where the reader was told of a
   * gap: between the greatest that it had by then and the least that it received after that.
   *
   * @param where where the entries were read
   * @param lostAt before which of the entries, by their indices, the reader was told
   * @return what is missing, in words; empty if nothing is
   */
  static List<String> check(
      String where, BitSet acknowledged, List<Entry> entries, List<Integer> lostAt) {
    BitSet missing = (BitSet) acknowledged.clone();
    entries.forEach(entry -> missing.clear((int) entry.number()));
    for (int index : lostAt) {
      long before = entries.subList(0, index).stream().mapToLong(Entry::number).max().orElse(0);
      long after =
          entries.subList(index, entries.size()).stream()
              .mapToLong(Entry::number)
              .min()
              .orElse(missing.length());
      if (before < after) {
        missing.clear((int) before, (int) after);
      }
    }
    return missing.isEmpty()
        ? List.of()
        : List.of(where + ": " + missing.cardinality() + " acknowledged are missing: " + missing);
  }
}
