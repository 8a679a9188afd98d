package io.polyhub.hub.lane;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Lane;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lane with what belongs to it: the index of its subscriptions, its inbox and its deadlines.
 *
 * <p>The inbox is the one hand-off between threads. When it is full, publications are left out, and
 * every subscription of the lane that reads from a log catches up from there; on channels without
 * history they are lost, as at-most-once allows.
 */
public final class HubLane implements Lane, Inbox {

  /**
   * The most inbox entries that one turn works off, so that other work of the thread is not held
   * up.
   */
  static final int ENTRIES_PER_TURN = 1024;

  /**
   * After so many deliveries a turn ends with the entry at hand, so that they are flushed and other
   * work of the thread is not held up. A lower bound flushes large fan-outs publication by
   * publication, with a call of the system for each delivery.
   */
  static final int DELIVERIES_PER_TURN = 65_536;

  /**
   * After a turn that took long the next one waits as long, and this at most, for more to come. So
   * where one publication goes to thousands, those that come close together share the calls of the
   * system, which are most of what a delivery costs.
   */
  static final Duration LONGEST_PAUSE = Duration.ofMillis(4);

  /** A turn that took less is followed at once. */
  static final Duration SHORT_TURN = Duration.ofNanos(200_000);

  /** With so many entries in the inbox nothing more is waited for. */
  static final int ENTRIES_ENOUGH = 16;

  /** The lane that the thread has last run a task of; its own one, if it still is in that. */
  private static final ThreadLocal<@Nullable HubLane> LAST = new ThreadLocal<>();

  private static final Logger log = LoggerFactory.getLogger(HubLane.class);

  private final Inbox[] alone = {this};

  private final String name;
  private final ScheduledExecutorService executor;
  private final BooleanSupplier inLane;
  private final int inboxLimit;
  private final LaneMetrics metrics;
  private final LongSupplier nanoClock;
  private final LaneIndex index;
  private final Deadlines deadlines = new Deadlines();
  private volatile boolean hasDeadlines;

  private final Object inboxLock = new Object();
  private List<Object> inbox = new ArrayList<>();
  private boolean turnScheduled;
  private boolean gap;

  private List<Object> turn = new ArrayList<>();
  private int turnNext;
  private final List<Publication> run = new ArrayList<>();
  private boolean delivering;
  private boolean inTask;
  private int deliveries;

  /** Whether there was a turn that is not flushed yet, and when it began. */
  private boolean turned;

  private long turnedNanos;

  /** When the next turn may begin. */
  private long pausedUntilNanos;

  private final List<LaneWriter> toFlush = new ArrayList<>();

  /** Other lanes that were given something by this one, and do not know yet. */
  private final List<HubLane> toWake = new ArrayList<>();

  HubLane(
      String name,
      ScheduledExecutorService executor,
      BooleanSupplier inLane,
      int inboxLimit,
      FanOut fanOut,
      LaneMetrics metrics,
      LongSupplier nanoClock) {
    this.name = name;
    this.executor = executor;
    this.inLane = inLane;
    this.inboxLimit = inboxLimit;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.pausedUntilNanos = nanoClock.getAsLong();
    this.index = new LaneIndex(fanOut, this);
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(() -> run(task));
    } catch (RejectedExecutionException ended) {
      log.debug("lane {} has ended; a task is dropped", name);
    }
  }

  private void run(Runnable task) {
    LAST.set(this);
    wakeOthers();
    inTask = true;
    try {
      task.run();
    } finally {
      inTask = false;
      flush();
    }
  }

  @Override
  public boolean inLane() {
    return inLane.getAsBoolean();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Inbox[] alone() {
    return alone;
  }

  /**
   * {@inheritDoc}
   *
   * <p>To wake another thread costs more than to deliver to one subscriber. So what a lane hands to
   * another one while it reads from its sockets is told once, before its own next task; or as soon
   * as it is enough.
   */
  @Override
  public void offer(Object entry) {
    boolean first;
    boolean enough;
    synchronized (inboxLock) {
      if (inbox.size() >= inboxLimit) {
        gap = true;
        metrics.inboxOverflow();
      } else {
        inbox.add(entry);
      }
      first = !turnScheduled;
      turnScheduled = true;
      enough = inbox.size() == ENTRIES_ENOUGH;
    }
    if (!first && !enough) {
      return;
    }
    HubLane here = LAST.get();
    if (here == null || here == this || !here.inLane()) {
      if (first) {
        schedule();
      }
      return;
    }
    if (first) {
      here.wakeLater(this);
    }
    if (enough) {
      here.wakeOthers();
    }
  }

  private void wakeLater(HubLane other) {
    toWake.add(other);
    if (toWake.size() == 1) {
      try {
        executor.execute(() -> run(() -> {}));
      } catch (RejectedExecutionException ended) {
        wakeOthers();
      }
    }
  }

  private void wakeOthers() {
    for (int i = 0; i < toWake.size(); i++) {
      toWake.get(i).schedule();
    }
    toWake.clear();
  }

  private void schedule() {
    execute(this::turn);
  }

  /** A turn, or a pause before it. */
  private void turn() {
    long pause = pausedUntilNanos - nanoClock.getAsLong();
    if (pause > 0 && mayWait()) {
      try {
        var _ = executor.schedule(() -> run(this::workOff), pause, TimeUnit.NANOSECONDS);
        metrics.paused();
      } catch (RejectedExecutionException ended) {
        log.debug("lane {} has ended; a turn is dropped", name);
      }
    } else {
      workOff();
    }
  }

  private boolean mayWait() {
    if (turnNext < turn.size()) {
      return false;
    }
    synchronized (inboxLock) {
      return inbox.size() < ENTRIES_ENOUGH && !gap;
    }
  }

  /** One turn: works off a bounded part of the inbox. What was written is flushed by the caller. */
  private void workOff() {
    turned = true;
    turnedNanos = nanoClock.getAsLong();
    boolean afterGap = false;
    if (turnNext == turn.size()) {
      turn.clear();
      turnNext = 0;
      synchronized (inboxLock) {
        List<Object> empty = turn;
        turn = inbox;
        inbox = empty;
        afterGap = gap;
        gap = false;
      }
    }
    int end = Math.min(turn.size(), turnNext + ENTRIES_PER_TURN);
    delivering = true;
    try {
      while (turnNext < end && deliveries < DELIVERIES_PER_TURN) {
        switch (turn.get(turnNext++)) {
          case Publication publication -> deliver(publication, end);
          case MemberEvent event -> index.deliver(event);
          case ChannelFilter filter -> {
            metrics.gap();
            index.gap(filter);
          }
          case Object unknown -> throw new IllegalStateException("entry: " + unknown.getClass());
        }
      }
      if (afterGap) {
        metrics.gap();
        index.gap(ChannelFilter.ALL);
      }
    } finally {
      delivering = false;
      scheduleRest();
    }
  }

  /**
   * Delivers the publication together with those of its channel that follow it at once. A
   * subscriber is given all of them before the next one is: what belongs to it is then touched
   * once, not once for each publication. If nothing comes after them in the turn, each is flushed
   * as soon as it has them.
   */
  private void deliver(Publication first, int end) {
    run.add(first);
    if (follows(first, end)) {
      String channel = first.channel();
      int room = (DELIVERIES_PER_TURN - deliveries) / Math.max(1, index.subscriptions(channel));
      while (run.size() < room && follows(first, end)) {
        run.add((Publication) turn.get(turnNext++));
      }
    }
    try {
      index.deliver(run, turnNext == end);
    } finally {
      run.clear();
    }
  }

  private boolean follows(Publication publication, int end) {
    return turnNext < end
        && turn.get(turnNext) instanceof Publication next
        && next.channel().equals(publication.channel());
  }

  private void scheduleRest() {
    boolean more;
    synchronized (inboxLock) {
      more = turnNext < turn.size() || !inbox.isEmpty() || gap;
      turnScheduled = more;
    }
    if (more) {
      schedule();
    } else {
      shrink();
    }
  }

  /** Gives memory back after a burst. */
  private void shrink() {
    if (turn.size() > ENTRIES_PER_TURN) {
      turn = new ArrayList<>();
      turnNext = 0;
    } else {
      turn.clear();
      turnNext = 0;
    }
  }

  /**
   * Whether the lane is going through a group's subscriptions just now, so that none may be taken
   * out before the turn is over.
   */
  public boolean isDelivering() {
    return delivering;
  }

  /**
   * Delivers to the subscription from now on. Completes when the broker will bring everything on
   * its channels. Only in the lane.
   */
  public CompletionStage<Void> add(Recipient subscription) {
    return index.add(subscription);
  }

  /**
   * Delivers to the subscription no more; does nothing if it did not before. Only in the lane, and
   * not while it {@linkplain #isDelivering delivers}.
   */
  public void remove(Recipient subscription) {
    index.remove(subscription);
  }

  /** Flushes the writer at the end of the turn. */
  public void flushLater(LaneWriter writer) {
    toFlush.add(writer);
    if (toFlush.size() == 1 && !inTask) {
      execute(() -> {});
    }
  }

  /** One more publication was taken by a downlink. */
  public void delivered() {
    deliveries++;
  }

  private void flush() {
    if (deliveries > 0) {
      metrics.delivered(deliveries);
      deliveries = 0;
    }
    flushWritten();
    if (turned) {
      turned = false;
      long now = nanoClock.getAsLong();
      long took = now - turnedNanos;
      pausedUntilNanos =
          took < SHORT_TURN.toNanos() ? now : now + Math.min(took, LONGEST_PAUSE.toNanos());
    }
  }

  /** Sends what was written so far in this turn. */
  void flushWritten() {
    for (int i = 0; i < toFlush.size(); i++) {
      toFlush.get(i).flush();
    }
    toFlush.clear();
  }

  public Deadlines.Deadline at(Instant instant, Runnable task) {
    hasDeadlines = true;
    return deadlines.add(instant, task);
  }

  public void cancel(Deadlines.Deadline deadline) {
    deadlines.cancel(deadline);
    hasDeadlines = !deadlines.isEmpty();
  }

  /** Lets the lane run what is due. Thread-safe, and free where nothing is due. */
  void tick(Instant now) {
    if (hasDeadlines) {
      execute(() -> {
        deadlines.run(now);
        hasDeadlines = !deadlines.isEmpty();
      });
    }
  }
}
