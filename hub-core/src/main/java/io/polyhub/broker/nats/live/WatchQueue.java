package io.polyhub.broker.nats.live;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.ChannelFilter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which filters this node watches, and which of them are still to be subscribed or released; as
 * many as the hub's subscriptions. Thread-safe: guarded by its own monitor. One thread takes the
 * changes from it.
 */
final class WatchQueue {

  private static final int BATCH = 8_192;
  private static final long RETRY_MILLIS = 200;

  /** A connection to subscribe on, and the number that the feed gave it. */
  record Line(Connection connection, Dispatcher dispatcher, long number) {}

  /** What is to be done about one filter, and who waits for it. */
  record Change(WatchTarget target, boolean wanted, List<CompletableFuture<Void>> waiting) {}

  /** Changes to make; without a line there is no connection to make them on. */
  record Batch(List<Change> changes, @Nullable Line line) {}

  private static final class Wish {
    private final WatchTarget target;
    private boolean wanted;
    private boolean queued;
    private List<CompletableFuture<Void>> waiting = new ArrayList<>(1);

    Wish(WatchTarget target) {
      this.target = target;
    }
  }

  private final LogStreams logs;

  /** The filters that are wanted or still subscribed. */
  private final Map<ChannelFilter, Wish> wishes = new HashMap<>();

  private final ArrayDeque<Wish> changed = new ArrayDeque<>();
  private @Nullable Line line;

  /** Whether all is subscribed on this connection. */
  private boolean settled;

  /** Whether since then each log was looked at, too, so that all that comes is delivered. */
  private volatile boolean ready;

  /** After a failure nothing is tried before this. */
  private long notBeforeNanos = System.nanoTime();

  private boolean closed;

  WatchQueue(LogStreams logs) {
    this.logs = logs;
  }

  synchronized CompletionStage<Void> watch(ChannelFilter filter) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Wish wish = wishes.computeIfAbsent(filter, _ -> new Wish(WatchTarget.of(filter, logs)));
    wish.wanted = true;
    wish.waiting.add(done);
    enqueue(wish);
    return done;
  }

  synchronized void unwatch(ChannelFilter filter) {
    Wish wish = wishes.get(filter);
    if (wish != null) {
      wish.wanted = false;
      enqueue(wish);
    }
  }

  private void enqueue(Wish wish) {
    if (!wish.queued) {
      wish.queued = true;
      changed.add(wish);
      notifyAll();
    }
  }

  /** The channels of the log that are watched each for itself. */
  synchronized List<String> channelsIn(NatsLog log) {
    List<String> found = new ArrayList<>();
    for (Wish wish : wishes.values()) {
      ChannelFilter filter = wish.target.filter();
      if (wish.wanted && filter.exact() && wish.target.logs().contains(log)) {
        found.add(filter.text());
      }
    }
    return found;
  }

  // The connection

  /** All is to be subscribed on that line. */
  synchronized void connected(Line fresh) {
    line = fresh;
    settled = false;
    ready = false;
    wishes.values().forEach(this::enqueue);
    notifyAll();
  }

  synchronized void disconnected() {
    line = null;
    settled = false;
    ready = false;
  }

  synchronized boolean isConnected() {
    return line != null;
  }

  /** Whether all is now subscribed on the line, and was not before. */
  synchronized boolean settle(Line on) {
    if (settled || !changed.isEmpty() || !on.equals(line)) {
      return false;
    }
    settled = true;
    return true;
  }

  synchronized boolean isSettled() {
    return settled;
  }

  synchronized boolean isSettledOn(Line on) {
    return settled && on.equals(line);
  }

  /** Each log was looked at since all was subscribed on the line. */
  synchronized void ready(Line on) {
    ready = isSettledOn(on);
  }

  boolean isReady() {
    return ready;
  }

  // The thread that makes the changes

  /** Waits for changes, or for a connection on which there may be none. Null once closed. */
  synchronized @Nullable Batch take() throws InterruptedException {
    while (!closed && !hasWork()) {
      long left = notBeforeNanos - System.nanoTime();
      if (left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } else {
        wait();
      }
    }
    if (closed) {
      return null;
    }
    List<Change> batch = new ArrayList<>(Math.min(changed.size(), BATCH));
    while (!changed.isEmpty() && batch.size() < BATCH) {
      Wish next = changed.remove();
      next.queued = false;
      batch.add(new Change(next.target, next.wanted, next.waiting));
      next.waiting = new ArrayList<>(1);
    }
    return new Batch(batch, line);
  }

  private boolean hasWork() {
    return notBeforeNanos - System.nanoTime() <= 0
        && (!changed.isEmpty() || (!settled && line != null));
  }

  /**
   * The changes were made, or could not be: then they are tried again after a pause, or on the next
   * connection.
   */
  synchronized void attempted(Batch batch, boolean made) {
    boolean again = !made && batch.line() != null;
    for (Change change : batch.changes()) {
      Wish wish = wishes.get(change.target().filter());
      if (wish != null && again) {
        enqueue(wish);
      } else if (wish != null && !wish.wanted && !wish.queued) {
        wishes.remove(change.target().filter());
      }
    }
    if (again) {
      notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
    }
  }

  /** Takes no more, and completes what waits. */
  void close() {
    List<CompletableFuture<Void>> left = new ArrayList<>();
    synchronized (this) {
      closed = true;
      wishes.values().forEach(wish -> left.addAll(wish.waiting));
      notifyAll();
    }
    left.forEach(each -> each.complete(null));
  }
}
