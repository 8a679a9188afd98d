package io.polyhub.conformance.faults;

/** A subscriber to everything that the publishers publish, which comes back by itself. */
sealed interface Listening extends AutoCloseable
    permits DoorFollower, PahoFollower3, PahoFollower5 {

  /** What it has received. */
  Journal journal();

  /** What its way to come back promises about repeats. */
  Repeats repeats();

  /** Whether it is told when a place is lost; MQTT 3.1.1 has no way to say so. */
  boolean isToldOfLoss();

  /** Whether it is told the cursor of each message. */
  boolean hasCursors();

  /** Whether it is subscribed just now, as far as it knows. */
  boolean isSubscribed();

  /** How it stands, in words, for when it does not come to an end. */
  String state();

  @Override
  void close();

  /** What may come twice. */
  enum Repeats {
    /** Nothing: it goes on from the cursor of its last message. */
    NONE,
    /** What it had not acknowledged comes again, by the next connection (QoS 1). */
    AFTER_RECONNECT
  }
}
