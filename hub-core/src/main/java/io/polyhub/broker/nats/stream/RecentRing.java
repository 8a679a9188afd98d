package io.polyhub.broker.nats.stream;

import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The publications that came last by the live feed, of all channels together up to a number of
 * bytes; the oldest go first. Thread-safe.
 *
 * <p>Of each channel it holds one run without a hole, and knows from where on. What makes sure of
 * that is what every message says of the one before it on its subject: if that is the run's last,
 * nothing lies between them, and the run goes on; if not, a new run begins, just past the one
 * before. A message that knows of none before it begins a run at itself, for what was before may
 * have been let go. A run holds no more than the rule keeps, so that nothing in it is hidden by
 * number.
 */
public final class RecentRing {

  /** What it costs to hold one, beside the publication's weight. */
  static final int ENTRY_BYTES = 160;

  /** One that is held. */
  private static final class Held {
    private final Run run;
    private final long sequence;
    private final long bytes;
    private final Publication publication;

    Held(Run run, long sequence, Publication publication) {
      this.run = run;
      this.sequence = sequence;
      this.publication = publication.bare();
      bytes = (long) publication.weight() + ENTRY_BYTES;
    }
  }

  /** All of one channel past a place. */
  private static final class Run {
    private final NatsLog log;
    private final String epoch;
    private final TreeMap<Long, Held> held = new TreeMap<>();

    /** It holds all past that place, up to its last. */
    private long from;

    private long last;

    Run(NatsLog log, String epoch, long from) {
      this.log = log;
      this.epoch = epoch;
      this.from = from;
    }

    boolean covers(Position since) {
      return epoch.equals(since.epoch()) && from <= since.offset();
    }
  }

  /** Who waits until that came. */
  private record Awaited(long sequence, CompletableFuture<Void> came) {}

  private final long mostBytes;

  /** In the order in which they came. */
  private final LinkedHashSet<Held> all = new LinkedHashSet<>();

  private final Map<String, Run> runs = new HashMap<>();
  private final Map<String, Awaited> awaited = new HashMap<>();
  private long bytes;

  /**
   * Begins with nothing.
   *
   * @param mostBytes the most bytes that are held; 0 for nothing at all
   */
  public RecentRing(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * A publication came, after all before it on its channel that came at all.
   *
   * @param place where it is stored
   * @param before the sequence of the one before it on its channel that the log still kept; 0 for
   *     none
   */
  public synchronized void add(NatsLog log, Position place, long before, Publication publication) {
    String channel = publication.channel();
    long sequence = place.offset();
    Run run = runs.get(channel);
    if (run == null || before != run.last || !run.epoch.equals(place.epoch())) {
      forget(channel);
      run = new Run(log, place.epoch(), before > 0 ? before : sequence - 1);
      runs.put(channel, run);
    }
    Held added = new Held(run, sequence, publication);
    run.held.put(sequence, added);
    run.last = sequence;
    all.add(added);
    bytes += added.bytes;
    while (run.held.size() > log.rule().history().count()) {
      drop(run.held.firstEntry().getValue());
    }
    while (bytes > mostBytes) {
      drop(all.getFirst());
    }
    Awaited waiting = awaited.get(channel);
    if (waiting != null && sequence >= waiting.sequence) {
      awaited.remove(channel);
      waiting.came.completeAsync(() -> null, Thread::startVirtualThread);
    }
  }

  /** The oldest of its run. */
  private void drop(Held held) {
    Run run = held.run;
    run.held.remove(held.sequence);
    run.from = held.sequence;
    all.remove(held);
    bytes -= held.bytes;
    if (run.held.isEmpty()) {
      runs.remove(held.publication.channel(), run);
    }
  }

  /** Nothing of the channel is held any more. */
  public synchronized void forget(String channel) {
    Run run = runs.remove(channel);
    if (run != null) {
      for (Held held : run.held.values()) {
        all.remove(held);
        bytes -= held.bytes;
      }
    }
  }

  /** Nothing of the log is held any more. */
  public synchronized void forget(NatsLog log) {
    runs.entrySet().stream()
        .filter(each -> each.getValue().log.equals(log))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::forget);
  }

  /** Whether it holds all of the channel past that place, up to what came last. */
  public synchronized boolean covers(String channel, Position since) {
    Run run = runs.get(channel);
    return run != null && run.covers(since);
  }

  /** The last of the channel that came; 0 if nothing is held of it. */
  public synchronized long last(String channel) {
    Run run = runs.get(channel);
    return run == null ? 0 : run.last;
  }

  /**
   * Completes when that one of the channel, or a later one, came; or when the time is over. One
   * waits for a channel at a time.
   */
  public CompletableFuture<Void> await(String channel, long sequence, Duration patience) {
    Awaited waiting = new Awaited(sequence, new CompletableFuture<>());
    synchronized (this) {
      if (last(channel) >= sequence) {
        return CompletableFuture.completedFuture(null);
      }
      awaited.put(channel, waiting);
    }
    return waiting
        .came
        .completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS)
        .thenRun(() -> {
          synchronized (this) {
            awaited.remove(channel, waiting);
          }
        });
  }

  /**
   * Reads what is held of the channel past a place, leaving out what has expired.
   *
   * @param stored one that must have come, too; 0 for none
   * @return null if it does not hold all of that, or not that one
   */
  public synchronized @Nullable LogSlice read(
      String channel, Position since, long stored, int limit, long limitBytes, Instant now) {
    Run run = runs.get(channel);
    if (run == null || !run.covers(since) || run.last < stored) {
      return null;
    }
    long next = since.offset();
    if (stored > next && !run.held.containsKey(stored)) {
      return null;
    }
    LogSlice.Basket basket = new LogSlice.Basket(limit, limitBytes);
    for (Held held : run.held.tailMap(next, false).values()) {
      if (!held.publication.expired(now) && !basket.take(held.publication)) {
        return new LogSlice(basket.taken(), next, false, true);
      }
      next = held.sequence;
    }
    return new LogSlice(basket.taken(), next, true, true);
  }

  /** How many bytes are held. */
  public synchronized long bytes() {
    return bytes;
  }
}
