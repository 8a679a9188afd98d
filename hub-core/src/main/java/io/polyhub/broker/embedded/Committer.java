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
 *
 * <p>While the disk is full up to its reserve, what retention lets go is written all the same, and
 * the store is made to give back the room.
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

  /** Whether nothing but the want of room holds it up. */
  private boolean full;

  private boolean gaveBack;
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
      if (!hasRoomFor(changes)) {
        full(changes);
        return;
      }
    } catch (RocksDBException gone) {
      fail(changes, gone);
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

  /**
   * Whether the reserve stays free when that is written, and all that follows from it.
   *
   * @throws RocksDBException if the store is not there any more
   */
  private boolean hasRoomFor(List<Change> changes) throws RocksDBException {
    long bytes = 0;
    for (Change change : changes) {
      bytes += change.weight();
    }
    long now = System.nanoTime();
    if (now - diskCheckedNanos < DISK_CHECK_NANOS && bytesUntilCheck > bytes) {
      return true;
    }
    diskCheckedNanos = now;
    if (!directory.hasStore()) {
      mustReopen = true;
      throw new RocksDBException("the log in " + directory.root() + " is gone");
    }
    long room = room();
    bytesUntilCheck = room / ROOM_PART;
    return room >= 2 * bytes; // once in the write-ahead log, and once in its place
  }

  /** How much may be written before the reserve is touched. */
  private long room() {
    return directory.usableBytes() - config.diskReserveBytes() - store.pendingBytes();
  }

  private void full(List<Change> changes) {
    log.error(
        "The disk of {} is full up to the reserve; publications that need the durable log are"
            + " refused until retention or somebody else has made room",
        directory.root());
    failed = true;
    full = true;
    gaveBack = true; // the write-ahead log at least
    backoffNanos = BACKOFF_LEAST_NANOS;
    giveBack(changes);
  }

  /** Makes those changes that let go something, and refuses the others. */
  private void giveBack(List<Change> changes) {
    List<Change> refused = new ArrayList<>();
    List<Change> made = new ArrayList<>();
    for (Change change : changes) {
      (change.givesBack() ? made : refused).add(change);
    }
    refuse(refused);
    try {
      while (!made.isEmpty()) {
        commit(made);
        gaveBack = true;
        made = new ArrayList<>(more);
        more = List.of();
      }
    } catch (RocksDBException | RuntimeException broken) {
      mustReopen = true;
      full = false;
      fail(made, broken);
    }
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
      List<Change> taken = queue.take(Math.min(left, IDLE_NANOS));
      if (full) {
        giveBack(taken);
      } else {
        refuse(taken);
      }
    }
    backoffNanos = Math.min(backoffNanos * 2, BACKOFF_MOST_NANOS);
    try {
      if (full && gaveBack) {
        gaveBack = false;
        store.flush();
      }
      if (!directory.hasStore()) {
        throw new RocksDBException("the log in " + directory.root() + " is gone");
      }
      if (room() < config.diskReserveBytes() / ROOM_PART) {
        log.debug("The disk of {} is still full up to the reserve", directory.root());
        return;
      }
      if (mustReopen) {
        reopen();
        mustReopen = false;
        telling.onGap(ChannelFilter.ALL);
      }
      full = false;
      failed = false;
      bytesUntilCheck = 0;
      log.info("The durable log can be written again");
    } catch (RocksDBException | RuntimeException still) {
      log.warn("The durable log still cannot be written: {}", still.toString());
      if (full) {
        full = false;
        mustReopen = true;
      }
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
