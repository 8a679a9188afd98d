package io.polyhub.hub.session;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * A cursor that moves with each publication, without making an object for each: the place in the
 * log that moved last is kept apart from the others, of which mostly there are none. Only in its
 * lane.
 */
final class MovingCursor {

  private Cursor others = Cursor.EMPTY;
  private @Nullable Position last;

  void set(Cursor cursor) {
    boolean one = cursor.positions().size() == 1;
    last = one ? cursor.positions().getFirst() : null;
    others = one ? Cursor.EMPTY : cursor;
  }

  /** Moves to the position, which lies ahead in its log. */
  void moveTo(Position position) {
    Position before = last;
    if (before != null && !before.epoch().equals(position.epoch())) {
      others = others.with(before);
    }
    last = position;
  }

  boolean covers(Position position) {
    Position moved = last;
    if (moved != null && moved.epoch().equals(position.epoch())) {
      return moved.offset() >= position.offset();
    }
    return others.covers(position);
  }

  Cursor cursor() {
    Position moved = last;
    return moved == null ? others : others.with(moved);
  }
}
