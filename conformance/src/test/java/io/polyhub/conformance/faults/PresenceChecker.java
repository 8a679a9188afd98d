package io.polyhub.conformance.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Those who are there are seen, and nobody else. */
final class PresenceChecker {

  private PresenceChecker() {}

  /**
   * Compares.
   *
   * @param where who was asked
   * @param there the sessions that are subscribed
   * @param seen the sessions that were answered
   * @return who is missing or seen in error, in words; empty if nobody is
   */
  static List<String> check(String where, Set<String> there, List<String> seen) {
    List<String> problems = new ArrayList<>();
    Set<String> missing = new TreeSet<>(there);
    seen.forEach(missing::remove);
    missing.forEach(session -> problems.add(where + " does not see " + session));
    Set<String> told = new TreeSet<>();
    for (String session : seen) {
      if (!told.add(session)) {
        problems.add(where + " sees " + session + " twice");
      } else if (!there.contains(session)) {
        problems.add(where + " sees " + session + ", who is gone");
      }
    }
    return problems;
  }
}
