package io.polyhub.broker.embedded;

import io.polyhub.broker.Appended;
import io.polyhub.broker.Telling;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the durable log. It takes all that waits, writes it at once with one
 * sync, and only then shows it to readers, tells the listener and lets go who waits, in the order
 * of the offsets.
 *
 * <p>When a write fails, what was in it is refused, as is all that comes after, until the store was
 * closed and opened again and can be written. What had reached the disk of a failed write is then
 * part of the log, and the listener is told of a gap.
 */
final class Committer implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Committer.class);
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long DISK_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long BACKOFF_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long BACKOFF_MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** After this part of the room that there is, the disk is looked at again. */
  private static final int ROOM_PART = 8;

  private final CommitQueue queue;
  private final Store store;
  private final DataDirectory directory;
  private final LogState state;
  private final Timeline timeline;
  private final Telling telling;
  private final DurableMetrics metrics;
  private final InstantSource clock;
  private final EmbeddedConfig.Commit config;
  private final Thread thread = Thread.ofPlatform().daemon().name("broker-commit").unstarted(this);

  private List<Change> more = List.of();
  private long backoffNanos = BACKOFF_LEAST_NANOS;
  private long diskCheckedNanos;
  private long bytesUntilCheck;
  private boolean mustReopen;
  private volatile boolean failed;
  private volatile boolean closing;

  Committer(
      CommitQueue queue,
      Store store,
      DataDirectory directory,
      LogState state,
      Timeline timeline,
      Telling telling,
      DurableMetrics metrics,
      InstantSource clock,
      EmbeddedConfig.Commit config) {
    this.queue = queue;
    this.store = store;
    this.directory = directory;
    this.state = state;
    this.timeline = timeline;
    this.telling = telling;
    this.metrics = metrics;
    this.clock = clock;
    this.config = config;
    diskCheckedNanos = System.nanoTime() - DISK_CHECK_NANOS;
  }

  void start() {
    thread.start();
  }

  /** Whether the store cannot be written just now. */
  boolean hasFailed() {
    return failed;
  }

  /** Writes what waits, then ends. Returns whether it did within the time. */
  boolean finish(Duration wait) {
    closing = true;
    boolean ended = thread.getState() == Thread.State.NEW;
    try {
      ended = ended || thread.join(wait);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    queue.close();
    return ended;
  }

  @Override
  public void run() {
    try {
      while (!closing || (!failed && !(queue.isEmpty() && more.isEmpty()))) {
        if (failed) {
          waitAndRecover();
        } else {
          turn();
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      failed = true;
      queue.close();
    }
  }

  private void turn() throws InterruptedException {
    List<Change> changes = new ArrayList<>(more);
    more = List.of();
    changes.addAll(queue.take(changes.isEmpty() ? IDLE_NANOS : 0));
    if (changes.isEmpty()) {
      return;
    }
    List<Draft.Placed> placed;
    try {
      checkDisk();
    } catch (RocksDBException noRoom) {
      fail(changes, noRoom);
      return;
    }
    try {
      placed = commit(changes);
    } catch (RocksDBException | RuntimeException broken) {
      mustReopen = true;
      fail(changes, broken);
      return;
    }
    tell(placed);
    for (Change change : changes) {
      if (change instanceof Change.Note note) {
        note.done().complete(null);
      }
    }
  }

  private List<Draft.Placed> commit(List<Change> changes) throws RocksDBException {
    try (Draft draft =
        new Draft(state, timeline.epoch(), store.view(), store.batch(), clock.millis())) {
      for (Change change : changes) {
        draft.add(change);
      }
      draft.finish();
      long begun = System.nanoTime();
      store.write(draft.batch(), config.sync());
      metrics.committed(changes.size(), System.nanoTime() - begun);
      bytesUntilCheck -= draft.batch().bytes();
      draft.written();
      metrics.log().trimmed(draft.trimmed());
      more = draft.more();
      return draft.placed();
    }
  }

  private void tell(List<Draft.Placed> placed) {
    for (Draft.Placed each : placed) {
      if (!each.duplicate()) {
        metrics.log().appended(each.publication());
        telling.onPublication(each.publication());
      }
      each.append()
          .done()
          .complete(
              new Appended.Stored(new Position(timeline.epoch(), each.offset()), each.duplicate()));
    }
  }

  private void checkDisk() throws RocksDBException {
    long now = System.nanoTime();
    if (now - diskCheckedNanos < DISK_CHECK_NANOS && bytesUntilCheck > 0) {
      return;
    }
    diskCheckedNanos = now;
    if (!directory.hasStore()) {
      mustReopen = true;
      throw new RocksDBException("the log in " + directory.root() + " is gone");
    }
    long room = directory.usableBytes() - config.diskReserveBytes();
    if (room < 0) {
      throw new RocksDBException("the disk of " + directory.root() + " is full up to the reserve");
    }
    bytesUntilCheck = room / ROOM_PART;
  }

  private void fail(List<Change> changes, Exception why) {
    log.error(
        "The durable log cannot be written; publications that need it are refused until it can",
        why);
    failed = true;
    backoffNanos = BACKOFF_LEAST_NANOS;
    refuse(changes);
  }

  private void refuse(List<Change> changes) {
    metrics.refused(DurableMetrics.Refused.STORE_FAILED, changes.size());
    changes.forEach(Change::refuse);
  }

  /** Refuses what comes for a while, then tries whether the store can be written again. */
  private void waitAndRecover() throws InterruptedException {
    long until = System.nanoTime() + backoffNanos;
    for (long left = backoffNanos; left > 0 && !closing; left = until - System.nanoTime()) {
      refuse(queue.take(Math.min(left, IDLE_NANOS)));
    }
    backoffNanos = Math.min(backoffNanos * 2, BACKOFF_MOST_NANOS);
    try {
      diskCheckedNanos = System.nanoTime() - DISK_CHECK_NANOS;
      checkDisk();
      if (mustReopen) {
        reopen();
        mustReopen = false;
        telling.onGap(ChannelFilter.ALL);
      }
      failed = false;
      log.info("The durable log can be written again");
    } catch (RocksDBException | RuntimeException still) {
      log.warn("The durable log still cannot be written: {}", still.toString());
    }
  }

  private void reopen() throws RocksDBException {
    store.close();
    store.open(false);
    long told = state.top();
    try (StoreView view = store.view()) {
      StoreIdentity.check(view, timeline.epoch());
      if (LogState.topIn(view) < told) {
        long top = LogState.topIn(view);
        log.error(
            "The durable log ends at {} and was told up to {}: its end is lost, or an older copy of"
                + " it was put back. Clients with cursors that lie further are told",
            top,
            told);
        timeline.goOnAs(StoreIdentity.cutShort(store, timeline.generations(), top));
      }
      state.load(view);
    }
    try (Batch batch = store.batch()) {
      LogState.write(batch, state.top(), state.nextChannelId(), state.forgottenThrough());
      store.write(batch, true);
    }
  }
}
