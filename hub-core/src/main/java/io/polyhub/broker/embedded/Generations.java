package io.polyhub.broker.embedded;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The generations of the durable log, oldest first: each time the log is opened at the place where
 * it really ends, another one begins there. Whatever is told of the log meanwhile carries the epoch
 * of that generation, which is made by chance, so that no copy of the log ever gives it too.
 *
 * <p>So a cursor tells which log it was made of, and when. It is good if its generation is known
 * and it lies no further than that generation came: before the first offset of the next. One that
 * lies further was made of an end that is lost since; one of a generation that is not known was
 * made of a log that went another way, such as the one that a copy was put back for.
 *
 * <p>Immutable.
 */
final class Generations {

  /** The most that are kept; past it the oldest are forgotten, and their cursors are not good. */
  static final int MOST = 10_000;

  /**
   * One generation.
   *
   * @param first the offset of its first publication, whether there was one or not
   */
  record Generation(String epoch, long first) {}

  private final List<Generation> all;
  private final Map<String, Integer> places;

  private Generations(List<Generation> all) {
    this.all = List.copyOf(all);
    places = HashMap.newHashMap(all.size());
    for (int i = 0; i < all.size(); i++) {
      places.put(all.get(i).epoch(), i);
    }
  }

  /** All that there is, from the beginning of the log on. */
  static Generations of(String epoch) {
    return new Generations(List.of(new Generation(epoch, 1)));
  }

  /**
   * Begins another one.
   *
   * @param first where, which is past all that is stored
   */
  Generations with(String epoch, long first) {
    List<Generation> more =
        new ArrayList<>(all.subList(Math.max(0, all.size() + 1 - MOST), all.size()));
    more.add(new Generation(epoch, first));
    return new Generations(more);
  }

  /** The epoch of the one that is now. */
  String epoch() {
    return all.getLast().epoch();
  }

  int size() {
    return all.size();
  }

  /** Whether the epoch is that of a generation of this log that is over. */
  boolean isPast(String epoch) {
    Integer place = places.get(epoch);
    return place != null && place < all.size() - 1;
  }

  /**
   * The same place as a place of the generation of now, if it is one in this log at all; else it
   * stays as it is, and speaks of a log that is gone. Of several places in this log the one of the
   * newest generation counts.
   */
  Cursor renewed(Cursor cursor) {
    boolean old = false;
    for (Position position : cursor.positions()) {
      old |= isPast(position.epoch());
    }
    return old ? renewedOld(cursor) : cursor;
  }

  private Cursor renewedOld(Cursor cursor) {
    Cursor renewed = Cursor.EMPTY;
    Position newest = null;
    int newestPlace = -1;
    for (Position position : cursor.positions()) {
      Integer place = places.get(position.epoch());
      if (place == null) {
        renewed = renewed.with(position);
      } else if (place > newestPlace) {
        newestPlace = place;
        newest = position;
      }
    }
    if (newest == null) {
      return renewed;
    }
    return renewed.with(
        reaches(newestPlace, newest.offset()) ? new Position(epoch(), newest.offset()) : newest);
  }

  private boolean reaches(int place, long offset) {
    return place == all.size() - 1 || offset < all.get(place + 1).first();
  }

  byte[] encode() {
    int length = 0;
    for (Generation each : all) {
      length += Long.BYTES + 1 + each.epoch().length();
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    for (Generation each : all) {
      bytes.putLong(each.first()).put((byte) each.epoch().length()).put(Layout.text(each.epoch()));
    }
    return bytes.array();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws DamagedException if these bytes are something else
   */
  static Generations decode(byte[] stored) {
    List<Generation> all = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    try {
      while (bytes.hasRemaining()) {
        long first = bytes.getLong();
        byte[] epoch = new byte[Math.max(0, bytes.get())];
        bytes.get(epoch);
        all.add(new Generation(Layout.text(epoch), first));
      }
    } catch (BufferUnderflowException cut) {
      all.clear();
    }
    if (all.isEmpty() || all.stream().anyMatch(each -> !Position.isEpoch(each.epoch()))) {
      throw new DamagedException("the generations of the log cannot be understood");
    }
    return new Generations(all);
  }
}
