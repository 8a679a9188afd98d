package io.polyhub.broker.nats.link;

import java.time.Duration;

/** What the settings of this broker are checked by: each refusal names key, found and expected. */
public final class ConfigChecks {

  private ConfigChecks() {}

  public static void positive(String what, long value) {
    require(value > 0, what, value, "1 or more");
  }

  public static void positive(String what, Duration value) {
    require(value.isPositive(), what, value, "more than 0");
  }

  public static void require(boolean holds, String what, Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
