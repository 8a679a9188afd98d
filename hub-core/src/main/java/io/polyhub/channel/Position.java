package io.polyhub.channel;

/**
 * A place in one log: which log, and how far.
 *
 * @param epoch names one incarnation of one log; letters and digits only, never reused
 * @param offset the place of a publication, counted from 1 and rising along the log, or 0 for the
 *     place before the first
 */
public record Position(String epoch, long offset) {

  /** The longest epoch. */
  public static final int MAX_EPOCH_LENGTH = 32;

  public Position {
    if (!isEpoch(epoch)) {
      throw new IllegalArgumentException(
          "epoch: " + epoch + " (expected: 1 to " + MAX_EPOCH_LENGTH + " letters and digits)");
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset: " + offset + " (expected: 0 or more)");
    }
  }

  /** Tells whether {@code text} may name a log's incarnation. */
  public static boolean isEpoch(String text) {
    if (text.isEmpty() || text.length() > MAX_EPOCH_LENGTH) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!allowed) {
        return false;
      }
    }
    return true;
  }
}
