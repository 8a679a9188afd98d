package io.polyhub.conformance.crash;

import java.util.ArrayList;
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
    List<String> problems = new ArrayList<>();
    Map<Long, Integer> firstAt = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      Integer earlier = firstAt.putIfAbsent(entries.get(i).number(), i);
      if (earlier != null) {
        problems.add(
            where + ": " + entries.get(i).number() + " stands at " + earlier + " and at " + i);
      }
    }
    return problems;
  }
}
