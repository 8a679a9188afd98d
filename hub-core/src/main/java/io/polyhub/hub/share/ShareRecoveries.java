package io.polyhub.hub.share;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.lane.HubLane;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads again what was left to nodes that are gone, each stretch by a subscription of the share's
 * reader beside its main one. A stretch is kept until it was read to its end: it is begun anew
 * where the broker refuses it or the reader is made anew, and what other nodes are told of this one
 * lies before it until then. Only in the share's lane.
 */
final class ShareRecoveries {

  /** The most stretches at a time; one more becomes part of the last. */
  static final int MAX = 64;

  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(ShareRecoveries.class);

  private final InstantSource clock;
  private final ShareMetrics metrics;
  private final HubLane lane;
  private final ChannelFilter filter;
  private final ShareView view;
  private final List<Recovery> running = new ArrayList<>(1);
  private @Nullable Session reader;

  /** One stretch. */
  static final class Recovery {
    private final Set<String> gone = new HashSet<>();
    private Cursor from;
    private Cursor until;
    private int attempt;
    private @Nullable Subscription subscription;

    private Recovery(Cursor from, Cursor until) {
      this.from = from;
      this.until = until;
    }
  }

  ShareRecoveries(
      InstantSource clock,
      ShareMetrics metrics,
      HubLane lane,
      ChannelFilter filter,
      ShareView view) {
    this.clock = clock;
    this.metrics = metrics;
    this.lane = lane;
    this.filter = filter;
    this.view = view;
  }

  /** That session reads from now on; null: none does for a while. */
  void readBy(@Nullable Session session) {
    reader = session;
    List.copyOf(running).forEach(this::read);
  }

  /** Deals again with what was left to a node between two places. */
  void begin(String gone, Cursor from, Cursor until) {
    if (from.positions().isEmpty() || from.covers(until)) {
      return;
    }
    metrics.dealtAgain();
    if (running.size() < MAX) {
      Recovery recovery = new Recovery(from, until);
      recovery.gone.add(gone);
      running.add(recovery);
      read(recovery);
      return;
    }
    Recovery last = running.getLast();
    last.gone.add(gone);
    last.from = lower(last.from, from);
    last.until = last.until.advancedTo(until);
    read(last);
  }

  private void read(Recovery recovery) {
    int attempt = ++recovery.attempt;
    Subscription before = recovery.subscription;
    recovery.subscription = null;
    if (before != null) {
      lane.execute(before::cancel);
    }
    Session session = reader;
    if (session == null) {
      return;
    }
    SubscribeRequest request =
        SubscribeRequest.to(filter.text())
            .withStart(new Start.Since(recovery.from))
            .withRest(true)
            .withAttachment(recovery);
    var _ =
        session
            .subscribe(request)
            .thenAccept(outcome -> {
              switch (outcome) {
                case Outcome.Done<Subscribed>(Subscribed subscribed) -> {
                  if (attempt == recovery.attempt) {
                    recovery.subscription = subscribed.subscription();
                  } else {
                    lane.execute(subscribed.subscription()::cancel);
                  }
                }
                case Outcome.Refused<Subscribed> refused -> later(recovery, attempt);
              }
            });
  }

  private void later(Recovery recovery, int attempt) {
    lane.at(
        clock.instant().plus(AGAIN),
        () -> {
          if (attempt == recovery.attempt && running.contains(recovery)) {
            read(recovery);
          }
        });
  }

  /** Whether this node is to deal with what a recovery has read. */
  boolean isOurs(
      Recovery recovery, Subscription by, Publication publication, Downlink.Source source) {
    if (!running.contains(recovery) || !isCurrent(recovery, by)) {
      return false;
    }
    if (source == Downlink.Source.LIVE || by.cursor().covers(recovery.until)) {
      end(recovery, by);
      return false;
    }
    Position position = publication.position();
    return position != null
        && recovery.until.covers(position)
        && recovery.gone.stream().anyMatch(node -> view.inherits(publication, node));
  }

  /** The first publications may come before the subscription is known here. */
  private static boolean isCurrent(Recovery recovery, Subscription by) {
    return recovery.subscription == null || recovery.subscription.equals(by);
  }

  private void end(Recovery recovery, Subscription by) {
    running.remove(recovery);
    recovery.attempt++;
    lane.execute(by::cancel);
  }

  /** Ends those that have reached their end. */
  void look() {
    for (Recovery recovery : List.copyOf(running)) {
      Subscription by = recovery.subscription;
      if (by != null && by.cursor().covers(recovery.until)) {
        end(recovery, by);
      }
    }
  }

  /** The hub ended the subscription: history does not reach back to it any more. */
  void ended(Recovery recovery) {
    if (running.remove(recovery)) {
      recovery.attempt++;
      log.warn("What was left to a node that is gone is out of the history of {}", filter);
    }
  }

  /** The place before all that is still to be read again. */
  Cursor before(Cursor place) {
    Cursor lowest = place;
    for (Recovery recovery : running) {
      lowest = lower(lowest, recovery.from);
    }
    return lowest;
  }

  /** The place before both. */
  static Cursor lower(Cursor one, Cursor other) {
    Cursor lower = one;
    for (Position position : other.positions()) {
      if (lower.covers(position)) {
        lower = lower.with(position);
      }
    }
    return lower;
  }
}
