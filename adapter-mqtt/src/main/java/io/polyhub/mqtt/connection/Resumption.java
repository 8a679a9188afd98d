package io.polyhub.mqtt.connection;

/** How far a session went on where it had been. */
enum Resumption {
  /** Nothing was missed. */
  COMPLETE,
  /** History no longer reaches back, or a subscription is no longer allowed. */
  WITH_GAP,
  /** Not all of it can be subscribed to just now. */
  FAILED;

  /** What two subscriptions together come to: the worse. */
  Resumption and(Resumption other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
