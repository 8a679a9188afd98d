package io.polyhub.conformance.faults;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Nothing stands there twice. */
final class DuplicationChecker {

  private DuplicationChecker() {}

  /**
   * Looks for each a second time.
   *
   * @param where where the entries were read
   * @return what is there more than once, in words; empty if nothing is
   */
  static List<String> check(String where, List<Entry> entries) {
    return check(where, new BitSet(), entries);
  }

  /**
   * Looks for each a second time, also among those of before.
   *
   * @param where where the entries were read
   * @param before what was read there earlier
   * @return what is there more than once, in words; empty if nothing is
   */
  static List<String> check(String where, BitSet before, List<Entry> entries) {
    List<String> problems = new ArrayList<>();
    Map<Long, Integer> firstAt = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      long number = entries.get(i).number();
      Integer earlier = firstAt.putIfAbsent(number, i);
      if (before.get((int) number)) {
        problems.add(where + ": " + number + " stands at " + i + " and was there before");
      } else if (earlier != null) {
        problems.add(where + ": " + number + " stands at " + earlier + " and at " + i);
      }
    }
    return problems;
  }
}
