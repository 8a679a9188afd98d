package io.polyhub.conformance;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;

/** What only a client of the Centrifuge protocol has to know of a cursor. */
final class Cursors {

  private Cursors() {}

  /** The one position that a single channel's cursor holds. */
  static Position position(String cursor) {
    return Cursor.parse(cursor)
        .filter(parsed -> parsed.positions().size() == 1)
        .map(parsed -> parsed.positions().getFirst())
        .orElseThrow(
            () -> new IllegalArgumentException("cursor: " + cursor + " (expected: one position)"));
  }
}
