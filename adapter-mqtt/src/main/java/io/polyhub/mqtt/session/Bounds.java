package io.polyhub.mqtt.session;

/** Checks settings. */
public final class Bounds {

  private Bounds() {}

  /** Throws if a setting is not within its bounds, which are inclusive. */
  public static void check(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + from + " to " + to + ")");
    }
  }
}
