package io.polyhub.websocket;

import java.time.Duration;

/** What configuration records check their values with. */
final class Checks {

  private Checks() {}

  static void range(String name, long value, long lowest, long highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + lowest + " to " + highest + ")");
    }
  }

  static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }

  static void less(String name, Duration value, String thanName, Duration than) {
    if (value.compareTo(than) >= 0) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: less than " + thanName + ", " + than + ")");
    }
  }
}
