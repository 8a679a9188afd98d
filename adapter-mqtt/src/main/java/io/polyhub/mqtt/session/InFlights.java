package io.polyhub.mqtt.session;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Publications in flight, in the order in which they were sent first, and found by their packet
 * identifiers. Each is in one list and in one table with open addressing, at most half of which is
 * taken: it grows with what is in flight, whatever the identifiers are, and is nothing while
 * nothing is. Confined to its lane.
 */
public final class InFlights implements Iterable<InFlight> {

  private static final int SMALLEST = 4;
  private static final @Nullable InFlight[] NONE = {};

  private @Nullable InFlight[] table = NONE;
  private @Nullable InFlight first;
  private @Nullable InFlight last;
  private int size;

  public int size() {
    return size;
  }

  public @Nullable InFlight get(int packetId) {
    return size == 0 ? null : table[find(packetId)];
  }

  /** Adds one that was sent after all others, and whose identifier none of them has. */
  public void add(InFlight sent) {
    if (2 * size >= table.length) {
      grow();
    }
    table[find(sent.packetId)] = sent;
    InFlight before = last;
    sent.previous = before;
    if (before == null) {
      first = sent;
    } else {
      before.next = sent;
    }
    last = sent;
    size++;
  }

  /** Removes the one of that identifier, if there is one. */
  public void remove(int packetId) {
    if (size == 0) {
      return;
    }
    int place = find(packetId);
    InFlight removed = table[place];
    if (removed == null) {
      return;
    }
    size--;
    unlink(removed);
    if (size == 0) {
      table = NONE;
    } else {
      free(place);
    }
  }

  /** The place of that identifier, or the free one where it would be. */
  private int find(int packetId) {
    int mask = table.length - 1;
    int place = packetId & mask;
    for (InFlight there = table[place]; there != null; there = table[place]) {
      if (there.packetId == packetId) {
        return place;
      }
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    table = new @Nullable InFlight[Math.max(SMALLEST, 2 * table.length)];
    for (InFlight each = first; each != null; each = each.next) {
      table[find(each.packetId)] = each;
    }
  }

  /** Frees a place, and moves those up that had to go past it. */
  private void free(int place) {
    int mask = table.length - 1;
    int free = place;
    table[free] = null;
    int next = (free + 1) & mask;
    for (InFlight there = table[next]; there != null; there = table[next]) {
      int wanted = there.packetId & mask;
      if (((next - wanted) & mask) >= ((next - free) & mask)) {
        table[free] = there;
        table[next] = null;
        free = next;
      }
      next = (next + 1) & mask;
    }
  }

  private void unlink(InFlight removed) {
    InFlight before = removed.previous;
    InFlight after = removed.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    removed.previous = null;
    removed.next = null;
  }

  @Override
  public Iterator<InFlight> iterator() {
    return new Iterator<>() {
      private @Nullable InFlight next = first;

      @Override
      public boolean hasNext() {
        return next != null;
      }

      @Override
      public InFlight next() {
        InFlight given = next;
        if (given == null) {
          throw new NoSuchElementException();
        }
        next = given.next;
        return given;
      }
    };
  }
}
