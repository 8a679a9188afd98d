package io.polyhub.channel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The place from which a subscription goes on: everything up to here was received, all after it was
 * not. The same text is valid on every door and on every node.
 *
 * <p>A subscription to one channel reads one log, so its cursor holds one position. A filter may
 * span several logs; its cursor then holds one position for each. To clients the {@linkplain
 * #text() text} is opaque. Immutable.
 */
public final class Cursor {

  /** The most logs that one cursor may speak of. */
  public static final int MAX_POSITIONS = 64;

  /** The longest text of a cursor. */
  public static final int MAX_TEXT_LENGTH = MAX_POSITIONS * (Position.MAX_EPOCH_LENGTH + 21);

  /** The cursor that speaks of no log: nothing is known to have been received. */
  public static final Cursor EMPTY = new Cursor(List.of());

  private final List<Position> positions;

  private Cursor(List<Position> positions) {
    this.positions = positions;
  }

  /** Returns the cursor that holds just this position. */
  public static Cursor of(Position position) {
    return new Cursor(List.of(position));
  }

  /** Returns the cursor that {@link #text()} wrote, or nothing if the text is no cursor's. */
  public static Optional<Cursor> parse(String text) {
    if (text.length() > MAX_TEXT_LENGTH) {
      return Optional.empty();
    }
    Cursor cursor = EMPTY;
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('.', start);
      if (end < 0) {
        end = text.length();
      }
      Optional<Position> position = parsePosition(text.substring(start, end));
      if (position.isEmpty()
          || cursor.offset(position.get().epoch()).isPresent()
          || cursor.positions.size() == MAX_POSITIONS) {
        return Optional.empty();
      }
      cursor = cursor.with(position.get());
      start = end + 1;
    }
    return cursor.positions.isEmpty() || text.endsWith(".")
        ? Optional.empty()
        : Optional.of(cursor);
  }

  private static Optional<Position> parsePosition(String text) {
    int dash = text.indexOf('-');
    if (dash <= 0 || dash + 1 == text.length() || text.length() - dash > 20) {
      return Optional.empty();
    }
    String epoch = text.substring(0, dash);
    if (!Position.isEpoch(epoch)) {
      return Optional.empty();
    }
    for (int i = dash + 1; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(new Position(epoch, Long.parseLong(text, dash + 1, text.length(), 10)));
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  /** Returns the positions, ordered by epoch, at most one for each log. */
  public List<Position> positions() {
    return positions;
  }

  /** Returns how far this cursor is in the log of that epoch, if it speaks of it. */
  public OptionalLong offset(String epoch) {
    for (Position position : positions) {
      if (position.epoch().equals(epoch)) {
        return OptionalLong.of(position.offset());
      }
    }
    return OptionalLong.empty();
  }

  /** Tells whether this cursor is at or past the position. */
  public boolean covers(Position position) {
    for (Position own : positions) {
      if (own.epoch().equals(position.epoch())) {
        return own.offset() >= position.offset();
      }
    }
    return false;
  }

  /** Tells whether this cursor is at or past every position of the other. */
  public boolean covers(Cursor other) {
    for (Position position : other.positions) {
      if (!covers(position)) {
        return false;
      }
    }
    return true;
  }

  /** Returns this cursor moved to the position, forward or back; positions in other logs stay. */
  public Cursor with(Position position) {
    if (positions.size() <= 1
        && (positions.isEmpty() || positions.getFirst().epoch().equals(position.epoch()))) {
      return of(position);
    }
    List<Position> moved = new ArrayList<>(positions.size() + 1);
    for (Position own : positions) {
      if (!own.epoch().equals(position.epoch())) {
        moved.add(own);
      }
    }
    moved.add(position);
    moved.sort(Comparator.comparing(Position::epoch));
    return new Cursor(List.copyOf(moved));
  }

  /** Returns this cursor moved forward to every position of the other that lies ahead. */
  public Cursor advancedTo(Cursor other) {
    Cursor moved = this;
    for (Position position : other.positions) {
      if (!moved.covers(position)) {
        moved = moved.with(position);
      }
    }
    return moved;
  }

  /** Returns this cursor with the other's positions in logs that this one does not speak of. */
  public Cursor completedBy(Cursor other) {
    Cursor completed = this;
    for (Position position : other.positions) {
      if (offset(position.epoch()).isEmpty()) {
        completed = completed.with(position);
      }
    }
    return completed;
  }

  /** Returns the text that clients keep and pass back. Empty for {@link #EMPTY}. */
  public String text() {
    StringBuilder text = new StringBuilder(positions.size() * 24);
    for (Position position : positions) {
      if (!text.isEmpty()) {
        text.append('.');
      }
      text.append(position.epoch()).append('-').append(position.offset());
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cursor cursor && positions.equals(cursor.positions);
  }

  @Override
  public int hashCode() {
    return positions.hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
