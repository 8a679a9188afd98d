package io.polyhub.conformance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the groups of types that all depend on each other: the strongly connected components of a
 * graph, by Tarjan's algorithm. Used once for each graph.
 */
final class Knots {

  private final Map<String, Set<String>> arrows;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private final List<Set<String>> found = new ArrayList<>();

  private Knots(Map<String, Set<String>> arrows) {
    this.arrows = arrows;
  }

  /**
   * Returns the groups of two and more, the largest first.
   *
   * @param arrows on which types each type depends; a type without an entry depends on none
   */
  static List<Set<String>> of(Map<String, Set<String>> arrows) {
    Knots knots = new Knots(arrows);
    for (String type : new TreeSet<>(arrows.keySet())) {
      if (!knots.numbers.containsKey(type)) {
        knots.visit(type);
      }
    }
    return knots.found.stream()
        .sorted(Comparator.<Set<String>>comparingInt(Set::size).reversed())
        .toList();
  }

  private int visit(String type) {
    int number = numbers.size();
    int low = number;
    numbers.put(type, number);
    open.push(type);
    for (String target : arrows.getOrDefault(type, Set.of())) {
      if (!numbers.containsKey(target)) {
        low = Math.min(low, visit(target));
      } else if (open.contains(target)) {
        low = Math.min(low, numbers.get(target));
      }
    }
    if (low == number) {
      close(type);
    }
    return low;
  }

  private void close(String root) {
    Set<String> knot = new TreeSet<>();
    String type;
    do {
      type = open.pop();
      knot.add(type);
    } while (!type.equals(root));
    if (knot.size() > 1) {
      found.add(knot);
    }
  }
}
