package io.polyhub.mqtt.session;

/** The connection that a session is in use by, as the session knows it. */
public interface SessionOwner {

  /** Another connection came for the session: end, and give it back. Thread-safe. */
  void takenOver();
}
