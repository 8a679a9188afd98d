package io.polyhub.conformance.faults;

import java.util.BitSet;

/**
 * What one publisher did: it numbers its publications from 1. Written by the publisher's thread,
 * read by the test.
 */
final class Ledger {

  private final BitSet acknowledged = new BitSet();
  private final BitSet repeated = new BitSet();
  private long attempted;
  private long acknowledgedCount;

  synchronized long attempt() {
    attempted++;
    return attempted;
  }

  /** It is published once more: whether the first time has reached the log is not known. */
  synchronized void repeat(long number) {
    repeated.set((int) number);
  }

  synchronized void acknowledge(long number) {
    if (!acknowledged.get((int) number)) {
      acknowledged.set((int) number);
      acknowledgedCount++;
    }
  }

  synchronized boolean isAcknowledged(long number) {
    return acknowledged.get((int) number);
  }

  synchronized long attempted() {
    return attempted;
  }

  synchronized long acknowledgedCount() {
    return acknowledgedCount;
  }

  /** The greatest number that was acknowledged, or 0. */
  synchronized long lastAcknowledged() {
    return Math.max(0, acknowledged.length() - 1);
  }

  /** The numbers that were acknowledged, as they are now. */
  synchronized BitSet acknowledged() {
    return (BitSet) acknowledged.clone();
  }

  /** The numbers that were published more than once, as they are now. */
  synchronized BitSet repeated() {
    return (BitSet) repeated.clone();
  }
}
