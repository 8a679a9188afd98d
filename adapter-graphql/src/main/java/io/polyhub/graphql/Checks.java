package io.polyhub.graphql;

import java.time.Duration;

/**
 * Checks of settings. They stand apart from the records that use them, so that these can be
 * initialised in any order.
 */
final class Checks {

  private Checks() {}

  static void positive(String name, int value) {
    require(value > 0, name, value, "1 or more");
  }

  static void positive(String name, Duration value) {
    require(value.isPositive(), name, value, "more than 0");
  }

  static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
