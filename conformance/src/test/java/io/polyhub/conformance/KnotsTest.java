package io.polyhub.conformance;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * How many types may depend on each other in a circle, which is how many have to be read together
 * to understand one of them. Nested types count with the type around them.
 */
final class KnotsTest {

  /** The most types of one knot, by package; its subpackages belong to it. Only ever lowered. */
  private static final Map<String, Integer> BOUNDS =
      new TreeMap<>(
          Map.of(
              "io.polyhub.hub", 5,
              "io.polyhub.mqtt", 2,
              "io.polyhub.graphql", 3,
              "io.polyhub.http", 5,
              "io.polyhub.websocket", 6,
              "io.polyhub.grpc", 5,
              "io.polyhub.broker.nats", 2,
              "io.polyhub.broker.embedded", 2));

  @TestFactory
  Stream<DynamicTest> no_package_holds_a_larger_knot_than_its_bound() {
    return BOUNDS.entrySet().stream()
        .map(bound ->
            DynamicTest.dynamicTest(
                bound.getKey() + " <= " + bound.getValue(),
                () -> check(bound.getKey(), bound.getValue())));
  }

  private static void check(String root, int bound) {
    Map<String, Set<String>> arrows = arrows(root);
    assertThat(arrows).as("types of " + root).isNotEmpty();
    for (Set<String> knot : Knots.of(arrows)) {
      assertThat(knot.size())
          .as("types that depend on each other in %s:%n%s", root, drawn(knot, arrows))
          .isLessThanOrEqualTo(bound);
    }
  }

  private static String drawn(Set<String> knot, Map<String, Set<String>> arrows) {
    return knot.stream()
        .map(type -> {
          Set<String> within = new TreeSet<>(arrows.getOrDefault(type, Set.of()));
          within.retainAll(knot);
          return type + " -> " + String.join(", ", within);
        })
        .collect(joining("\n"));
  }

  /** On which types of a package and its subpackages each of them depends. */
  private static Map<String, Set<String>> arrows(String root) {
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (JavaClass type : MainClasses.ALL) {
      if (!isWithin(type, root)) {
        continue;
      }
      String from = outermost(type);
      Set<String> targets = arrows.computeIfAbsent(from, absent -> new TreeSet<>());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (isWithin(target, root) && !outermost(target).equals(from)) {
          targets.add(outermost(target));
        }
      }
    }
    return arrows;
  }

  private static boolean isWithin(JavaClass type, String root) {
    String own = type.getPackageName();
    return own.equals(root) || own.startsWith(root + ".");
  }

  private static String outermost(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  @Test
  void types_that_reach_each_other_are_one_knot_and_the_largest_comes_first() {
    Map<String, Set<String>> arrows =
        Map.of(
            "A", Set.of("B"),
            "B", Set.of("C", "D"),
            "C", Set.of("A"),
            "D", Set.of("E"),
            "E", Set.of("D", "F"));

    assertThat(Knots.of(arrows)).isEqualTo(List.of(Set.of("A", "B", "C"), Set.of("D", "E")));
  }

  @Test
  void types_that_depend_one_way_are_no_knot() {
    assertThat(Knots.of(Map.of("A", Set.of("B", "C"), "B", Set.of("C")))).isEmpty();
  }
}
