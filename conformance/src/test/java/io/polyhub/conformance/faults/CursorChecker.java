package io.polyhub.conformance.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** From a cursor of any time before, the log goes on with exactly what came after it. */
final class CursorChecker {

  private CursorChecker() {}

  /**
   * Goes on from some cursors of what was read before, chosen at random.
   *
   * @param where where the entries were read
   * @return what went on otherwise, in words; empty if nothing did
   */
  static List<String> check(String where, LogTail log, int cursors, RandomGenerator random) {
    List<String> problems = new ArrayList<>();
    List<Entry> entries = log.entries();
    for (int i = 0; i < cursors && !entries.isEmpty(); i++) {
      int place = random.nextInt(entries.size());
      List<Entry> page = log.page(entries.get(place).cursor());
      List<Entry> expected =
          entries.subList(place + 1, Math.min(entries.size(), place + 1 + page.size()));
      boolean cutShort = page.isEmpty() && place + 1 < entries.size();
      if (cutShort || !isSame(page, expected)) {
        problems.add(where + ": the cursor " + entries.get(place) + " goes on with other entries");
      }
    }
    return problems;
  }

  private static boolean isSame(List<Entry> page, List<Entry> expected) {
    if (page.size() != expected.size()) {
      return false;
    }
    for (int i = 0; i < page.size(); i++) {
      if (!page.get(i).isSameAs(expected.get(i))) {
        return false;
      }
    }
    return true;
  }
}
