package io.polyhub.conformance;

/** A client with a session that can outlive its connections. */
interface Sleeper extends DoorClient {

  /** Connects again after {@link #close} or a lost connection, with the same session. */
  void comeBack();
}
