package io.polyhub.hub.session;

import io.polyhub.broker.Broker;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.hub.lane.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the subscriptions of one session that read from a log, one page at a time and in turn,
 * only while the client takes what it is given. So a session that catches up holds one page,
 * whatever it has missed. Where the broker cannot answer it asks again later, for a bounded time.
 * Confined to the session's lane.
 */
final class Replays {

  /** A client whose node cannot read for so long had better look for another one. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Logger log = LoggerFactory.getLogger(Replays.class);

  private final ServedSession session;
  private final BrokerRetry retry;
  private final Outgoing outgoing;
  private final Broker broker;
  private final Deque<LaneSubscription> queue = new ArrayDeque<>();
  private boolean reading;
  private boolean scheduled;

  Replays(ServedSession session, Outgoing outgoing, Broker broker, BrokerRetry retry) {
    this.session = session;
    this.retry = retry;
    this.outgoing = outgoing;
    this.broker = broker;
  }

  void add(LaneSubscription subscription) {
    queue.add(subscription);
    schedule();
  }

  /** Goes on in a turn of its own, so that one session's history does not hold up a lane. */
  void schedule() {
    if (!scheduled && !reading && !queue.isEmpty()) {
      scheduled = true;
      session.lane().execute(this::step);
    }
  }

  private void step() {
    scheduled = false;
    LaneSubscription subscription = firstActive();
    if (subscription == null || reading || !session.isOpen() || outgoing.isBlocked()) {
      return;
    }
    LastValueWalk values = subscription.lastValues();
    if (values != null) {
      giveLastValues(subscription, values);
      return;
    }
    LaneSubscription.Replay page = subscription.replay();
    if (page == null) {
      read(subscription);
    } else if (give(subscription, page.publications, Downlink.Source.LOG)) {
      next(subscription.replayed(page));
    }
  }

  private void giveLastValues(LaneSubscription subscription, LastValueWalk values) {
    Deque<Publication> page = values.page();
    if (page == null) {
      readLastValues(subscription, values);
    } else if (give(subscription, page, Downlink.Source.LAST_VALUE)) {
      next(values.delivered() && subscription.gaveLastValues());
    }
  }

  /** Delivers what the client takes; tells whether nothing is left. */
  private boolean give(
      LaneSubscription subscription, Deque<Publication> due, Downlink.Source source) {
    while (!due.isEmpty()) {
      if (!outgoing.deliver(subscription, due.getFirst(), source)) {
        return false;
      }
      due.removeFirst();
    }
    return true;
  }

  /** The turn of the next subscription, and later of this one again unless it is done. */
  private void next(boolean done) {
    LaneSubscription subscription = queue.removeFirst();
    if (!done) {
      queue.addLast(subscription);
    }
    schedule();
  }

  private @Nullable LaneSubscription firstActive() {
    while (!queue.isEmpty() && !queue.getFirst().isActive()) {
      queue.removeFirst();
    }
    return queue.peekFirst();
  }

  private void readLastValues(LaneSubscription subscription, LastValueWalk values) {
    reading = true;
    Await.inLane(
        session.lane(),
        broker.lastValues(values.ask()),
        page -> {
          if (subscription.isActive() && !values.took(page, subscription.cursor())) {
            readAgain();
            return;
          }
          reading = false;
          retry.succeeded();
          schedule();
        },
        this::readAgain,
        log);
  }

  private void read(LaneSubscription subscription) {
    reading = true;
    Await.inLane(
        session.lane(),
        broker.read(
            new LogQuery(
                subscription.filter(),
                subscription.cursor(),
                PageSize.PUBLICATIONS,
                PageSize.BYTES,
                false)),
        page -> {
          reading = false;
          retry.succeeded();
          if (subscription.isActive()) {
            took(subscription, page);
          }
          schedule();
        },
        this::readAgain,
        log);
  }

  /**
   * The log cannot be read just now: the session waits, and its subscriptions stay where they are.
   */
  private void readAgain() {
    if (!session.isOpen()) {
      reading = false;
      return;
    }
    Instant next = retry.failed(session.now());
    if (next == null) {
      reading = false;
      session.closeByHub(CloseReason.INTERNAL);
      return;
    }
    session
        .lane()
        .at(
            next,
            () -> {
              reading = false;
              schedule();
            });
  }

  private void took(LaneSubscription subscription, LogPage page) {
    if (page.complete()) {
      subscription.read(page);
    } else {
      session.end(subscription, UnsubscribeReason.POSITION_LOST);
    }
  }
}
