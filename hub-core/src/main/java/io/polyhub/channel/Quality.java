package io.polyhub.channel;

/**
 * How hard a publisher asked for its publication to be carried, and a subscriber for what it gets.
 * A door that distinguishes them delivers with the lower of the two, as MQTT 5.0 section 3.8.4
 * asks.
 */
public enum Quality {
  /** Sent once, never acknowledged. */
  FIRE_AND_FORGET,
  /** Acknowledged, and repeated until it is. */
  ACKNOWLEDGED,
  /** Acknowledged in two steps, so that a repeat is recognised. */
  ASSURED;

  /** Returns the lower of both. */
  public Quality atMost(Quality other) {
    return compareTo(other) <= 0 ? this : other;
  }
}
