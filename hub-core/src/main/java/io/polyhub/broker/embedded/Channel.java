package io.polyhub.broker.embedded;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * What is held in memory of one channel of the durable log: its state and a ring of its recent
 * publications. Changed by the committer alone, once the store has the change; read by any thread.
 */
final class Channel {

  /** An old entry, as far as one must know it to let it go. */
  record Old(long offset, long millis, int weight) implements Run.Placed {}

  private final String name;

  /** The oldest entries, fetched ahead to be let go. The committer's own. */
  private final ArrayDeque<Old> oldest = new ArrayDeque<>();

  /** How many of its publications lie in the tail of the log. The committer's own. */
  private int inTail;

  private volatile boolean touched = true;
  private volatile ChannelMeta meta;

  // Guarded by this.
  private final Run<Recent> ring = new Run<>();
  private long ringFrom;
  private long ringBytes;
  private boolean evicted;

  Channel(String name, ChannelMeta meta) {
    this.name = name;
    this.meta = meta;
    ringFrom = meta.last();
  }

  String name() {
    return name;
  }

  ChannelMeta meta() {
    return meta;
  }

  ArrayDeque<Old> oldest() {
    return oldest;
  }

  /**
   * Takes over what was stored.
   *
   * @param most the most publications in the ring
   * @param mostBytes the most bytes in the ring
   * @return by how many bytes the ring grew; negative if it shrank
   */
  synchronized long stored(ChannelMeta now, List<Recent> appended, int most, long mostBytes) {
    long before = ringBytes;
    meta = now;
    touched = true;
    for (Recent recent : appended) {
      ring.add(recent);
      ringBytes += recent.publication().weight();
    }
    while (!ring.isEmpty()
        && (ring.size() > most
            || ringBytes > mostBytes
            || ring.first().offset() <= now.trimmedThrough())) {
      Recent dropped = ring.removeFirst();
      ringBytes -= dropped.publication().weight();
      ringFrom = dropped.offset();
    }
    return ringBytes - before;
  }

  /** Empties the ring and returns how many bytes that freed. */
  synchronized long dropRing() {
    long freed = ringBytes;
    while (!ring.isEmpty()) {
      ringFrom = ring.removeFirst().offset();
    }
    ringBytes = 0;
    return freed;
  }

  /** Empties the ring, and lets nobody read here any more. */
  synchronized long evict() {
    evicted = true;
    return dropRing();
  }

  void enterTail() {
    inTail++;
  }

  void leaveTail() {
    inTail--;
  }

  /** Whether the tail of the log asks it how far it is trimmed. */
  boolean isInTail() {
    return inTail > 0;
  }

  /** Whether it was used since this was last asked. */
  boolean takeTouched() {
    boolean was = touched;
    touched = false;
    return was;
  }

  /** Returns the oldest that is in the ring past the offset, if the ring holds all past it. */
  synchronized Optional<Old> oldestInRing(long offset) {
    if (ringFrom > offset) {
      return Optional.empty();
    }
    int index = ring.indexAfter(offset);
    if (index == ring.size()) {
      return Optional.empty();
    }
    Recent recent = ring.get(index);
    return Optional.of(new Old(recent.offset(), recent.millis(), recent.publication().weight()));
  }

  /** Reads from the ring, if it holds all that is asked for. */
  synchronized Optional<Stretch> read(Stretch.Request request, long top, Instant now) {
    if (evicted) {
      return Optional.empty();
    }
    touched = true;
    ChannelMeta current = meta;
    Bounds bounds = Bounds.ofOne(request, current.trimmedThrough(), Math.max(top, current.last()));
    RunReader reader = new RunReader(ring, now, request);
    if (request.reverse()) {
      return reader.back(bounds, ringFrom <= current.trimmedThrough());
    }
    return bounds.from() < ringFrom
        ? Optional.empty()
        : Optional.of(reader.on(bounds, current.last()));
  }
}
