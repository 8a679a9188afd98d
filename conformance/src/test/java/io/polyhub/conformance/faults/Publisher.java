package io.polyhub.conformance.faults;

/**
 * Publishes without pause while it is connected and allowed to, a few publications in flight at a
 * time. What was in flight when the server died it publishes again, in the same order and with the
 * same keys, if its door has a way to say that they are the same.
 */
interface Publisher extends AutoCloseable {

  /** How many publications are on their way at a time. */
  int WINDOW = 8;

  /** Its name, and its channel's last level. */
  String name();

  /** What it has done so far. */
  Ledger ledger();

  /** Whether the hub can tell that a repeated publication is the same. */
  boolean repeats();

  /** Connects; what is unfinished is published again at once, new publications wait. */
  void connect();

  /** Publishes new publications from now on. */
  void go();

  /** Whether it is connected, and all that it has published is acknowledged. */
  boolean isSettled();

  /** Whether it has a connection. */
  boolean isConnected();

  /** How it stands, in words, for when it does not come to an end. */
  String state();

  /** No new publications from now on. */
  void halt();

  @Override
  void close();

  /** The channel that only this publisher publishes to. */
  default String channel() {
    return "crash/" + name();
  }

  /** What a publication says. */
  default byte[] payload(long number) {
    return Entry.payload(name(), number);
  }
}
