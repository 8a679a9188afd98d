package io.polyhub.hub.lane;

import java.time.Instant;
import java.util.Comparator;
import java.util.TreeSet;

/**
 * What in one lane is due at some instant: ends of credentials. Holds nothing for sessions that
 * never expire. Confined to its lane.
 */
public final class Deadlines {

  private final TreeSet<Deadline> pending =
      new TreeSet<>(
          Comparator.comparingLong((Deadline deadline) -> deadline.atMillis)
              .thenComparingLong(deadline -> deadline.number));
  private long numbers;

  /** Runs {@code task} when {@link #run} is first called at or after that instant. */
  Deadline add(Instant at, Runnable task) {
    Deadline deadline = new Deadline(at.toEpochMilli(), numbers++, task);
    pending.add(deadline);
    return deadline;
  }

  void cancel(Deadline deadline) {
    pending.remove(deadline);
  }

  /** Runs and removes what is due. */
  void run(Instant now) {
    long nowMillis = now.toEpochMilli();
    while (!pending.isEmpty() && pending.first().atMillis <= nowMillis) {
      Deadline due = pending.removeFirst();
      due.task.run();
    }
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** One thing that is due. */
  public static final class Deadline {
    private final long atMillis;
    private final long number;
    private final Runnable task;

    private Deadline(long atMillis, long number, Runnable task) {
      this.atMillis = atMillis;
      this.number = number;
      this.task = task;
    }
  }
}
