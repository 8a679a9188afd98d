package io.polyhub.conformance.crash;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One publisher's publications stand in the order in which it published them. */
final class OrderChecker {

  private OrderChecker() {}

  /**
   * Looks at the first time that each one stands there: repeats are another checker's matter.
   *
   * @param where where the entries were read
   * @return what is out of order, in words; empty if nothing is
   */
  static List<String> check(String where, List<Entry> entries) {
    List<String> problems = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    long last = 0;
    for (Entry entry : entries) {
      if (seen.add(entry.number())) {
        if (entry.number() < last) {
          problems.add(where + ": " + entry.number() + " comes after " + last);
        }
        last = Math.max(last, entry.number());
      }
    }
    return problems;
  }
}
