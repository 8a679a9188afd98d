package io.polyhub.bench.load;

/**
 * A place in a channel, as the Centrifuge protocol tells it.
 *
 * @param epoch names the log
 * @param offset the last publication that was received
 */
record Place(String epoch, long offset) {

  /** The same log, further on. */
  Place at(long other) {
    return new Place(epoch, other);
  }
}
