package io.polyhub.conformance.faults;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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
    return check(where, entries, new BitSet(), 0);
  }

  /**
   * The same, of a publisher that published some again. Such a one may stand after those that were
   * on their way together with it.
   *
   * @param where where the entries were read
   * @param repeated what was published more than once
   * @param window how many were on their way at a time
   * @return what is out of order, in words; empty if nothing is
   */
  static List<String> check(String where, List<Entry> entries, BitSet repeated, int window) {
    List<String> problems = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    long last = 0;
    for (Entry entry : entries) {
      if (seen.add(entry.number())) {
        int late = repeated.get((int) entry.number()) ? window - 1 : 0;
        if (entry.number() + late < last) {
          problems.add(where + ": " + entry.number() + " comes after " + last);
        }
        last = Math.max(last, entry.number());
      }
    }
    return problems;
  }

  /**
   * The cursors rise strictly, as long as their log stays the same.
   *
   * @param where where the entries were read
   * @return which do not, in words; empty if all do
   */
  static List<String> checkCursors(String where, List<Entry> entries) {
    List<String> problems = new ArrayList<>();
    Position last = null;
    for (Entry entry : entries) {
      Optional<Position> position =
          Cursor.parse(entry.cursor())
              .map(Cursor::positions)
              .filter(all -> all.size() == 1)
              .map(List::getFirst);
      if (position.isEmpty()) {
        problems.add(where + ": " + entry + " has no place");
      } else {
        Position next = position.get();
        if (last != null && last.epoch().equals(next.epoch()) && next.offset() <= last.offset()) {
          problems.add(where + ": " + entry + " does not come after the offset " + last.offset());
        }
        last = next;
      }
    }
    return problems;
  }
}
