package io.polyhub.hub.session;

import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscribed.Recovery;
import io.polyhub.hub.lane.Await;
import io.polyhub.hub.share.ShareMember;
import io.polyhub.hub.share.Shares;
import io.polyhub.identity.ChannelPass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription on its way to being acknowledged. The order is what makes it exact: first the
 * subscription enters the index and the broker is told of the interest, then the log is read or its
 * top asked for, and only then, when it is acknowledged, last values are read. What is published
 * meanwhile is noted by the subscription and read later from the log. Confined to the session's
 * lane.
 */
final class PendingSubscription {

  /**
   * How long the broker may fail to answer before a subscriber is refused; less than any door
   * waits.
   */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(PendingSubscription.class);

  private final Delivery delivery;
  private final Shares shares;
  private final LaneSession session;
  private final SubscribeRequest request;
  private final ChannelFilter filter;
  private final List<Rule> rules;
  private final CompletableFuture<Outcome<Subscribed>> outcome = new CompletableFuture<>();
  private final LaneSubscription subscription;
  private final BrokerRetry retry;
  private @Nullable ChannelPass pass;

  /**
   * @param rules those of the channels that the filter may match
   */
  PendingSubscription(
      Delivery delivery,
      Shares shares,
      LaneSession session,
      SubscribeRequest request,
      ChannelFilter filter,
      List<Rule> rules) {
    this.delivery = delivery;
    this.shares = shares;
    this.session = session;
    this.request = request;
    this.filter = filter;
    this.rules = rules;
    this.subscription = new LaneSubscription(session.outgoing(), filter, request);
    this.retry = delivery.retry(PATIENCE);
  }

  /** Completes in the session's lane, never exceptionally. */
  CompletionStage<Outcome<Subscribed>> outcome() {
    return outcome;
  }

  /**
   * The request was found good.
   *
   * @param token what the channel's token gave, or null if there was none
   */
  void enter(@Nullable ChannelPass token) {
    pass = token;
    if (!session.isOpen()) {
      refuse(Refusal.SHUTTING_DOWN);
      return;
    }
    if (session.subscriptionCount() >= delivery.limits().subscriptionsPerSession()) {
      refuse(Refusal.LIMIT_EXCEEDED);
      return;
    }
    String share = request.share();
    if (share != null) {
      session.addSharing(subscription);
      await(shares.join(subscription, request, share), this::acknowledgeShared);
      return;
    }
    await(session.add(subscription), watched -> readLog());
  }

  private void readLog() {
    if (!hasHistory()) {
      // Where nothing is kept, nothing can be recovered; an asked-for cursor is told so.
      startNow(request.start() instanceof Start.Now ? Recovery.NOT_ASKED : Recovery.UNRECOVERABLE);
      return;
    }
    switch (request.start()) {
      case Start.Now now -> startNow(Recovery.NOT_ASKED);
      case Start.Since since -> readSince(delivery.broker().renewed(since.cursor()));
      case Start.Kept kept -> readSince(delivery.broker().renewed(kept.cursor()));
      case Start.Recent recent -> readSince(delivery.broker().renewed(recent.cursor()));
      case Start.Oldest oldest -> readSince(null);
    }
  }

  private boolean hasHistory() {
    for (Rule rule : rules) {
      if (rule.history().isKept()) {
        return true;
      }
    }
    return false;
  }

  private void startNow(Recovery recovery) {
    if (recovery == Recovery.UNRECOVERABLE && request.mustRecover()) {
      refuse(Refusal.UNRECOVERABLE_POSITION);
      return;
    }
    ask(
        () -> delivery.broker().top(filter),
        top -> acknowledge(top, top, recovery, List.of(), true));
  }

  private void readSince(@Nullable Cursor since) {
    int limit = request.inline() > 0 ? request.inline() : PageSize.PUBLICATIONS;
    ask(
        () -> delivery.broker().read(new LogQuery(filter, since, limit, PageSize.BYTES, false)),
        page -> {
          boolean tooOld = subscription.reachesTooFarBack(page);
          if (tooOld) {
            delivery.metrics().cursorTooOld();
          }
          if (since == null) {
            from(before(page), page, Recovery.RECOVERED);
          } else if (page.complete() && !tooOld) {
            from(since.completedBy(page.next()), page, Recovery.RECOVERED);
          } else if (request.rest() && !request.mustRecover()) {
            from(before(page), page, Recovery.UNRECOVERABLE);
          } else {
            startNow(Recovery.UNRECOVERABLE);
          }
        });
  }

  /** Begins with a page that was read: it is told in the outcome, or else delivered first. */
  private void from(Cursor begin, LogPage page, Recovery recovery) {
    if (request.inline() > 0) {
      acknowledge(begin, page.next(), recovery, subscription.wanted(page), page.end());
    } else {
      subscription.read(page);
      acknowledge(begin, begin, recovery, List.of(), false);
    }
  }

  /** The place just before the page's first publication in each log. */
  private static Cursor before(LogPage page) {
    Cursor before = Cursor.EMPTY;
    for (Publication publication : page.publications()) {
      Position first = publication.position();
      if (first != null && before.offset(first.epoch()).isEmpty()) {
        before = before.with(new Position(first.epoch(), first.offset() - 1));
      }
    }
    return before.completedBy(page.next());
  }

  /**
   * @param told the cursor that the client is told
   * @param at the cursor behind what the outcome itself holds
   * @param end whether nothing lay beyond {@code at} when the log was read
   */
  private void acknowledge(
      Cursor told, Cursor at, Recovery recovery, List<Publication> inline, boolean end) {
    ChannelPass leave = pass;
    subscription.startAt(at);
    outcome.complete(
        Outcome.done(
            new Subscribed(
                subscription,
                guarantee(),
                hasHistory(),
                told,
                recovery,
                inline,
                leave == null ? null : leave.expiresAt())));
    if (!subscription.isActive() || !session.isOpen()) {
      return;
    }
    if (leave != null) {
      session.expireAt(subscription, leave.expiresAt());
    }
    subscription.begin(lastValues(), end);
    if (filter.exact() && rules.getFirst().presence()) {
      session.join(subscription, leave == null ? null : leave.info());
    }
  }

  /**
   * They are read once the place where the subscription begins is known, and so hold all that was
   * stored up to there; what was stored since comes from the log.
   */
  private @Nullable LastValueWalk lastValues() {
    // What begins with the oldest has the last values in it.
    return request.lastValues() && !(request.start() instanceof Start.Oldest)
        ? new LastValueWalk(filter, delivery.limits().lastValues())
        : null;
  }

  /** What it shares has begun on this node. */
  private void acknowledgeShared(Outcome<Subscribed> begun) {
    ShareMember member = subscription.share();
    switch (begun) {
      case Outcome.Refused<Subscribed>(Refusal refusal) -> refuse(refusal);
      case Outcome.Done<Subscribed> done -> {
        if (member == null) {
          throw new IllegalStateException("a subscription that shares has no place");
        }
        Cursor at = member.place();
        ChannelPass leave = pass;
        outcome.complete(
            Outcome.done(
                new Subscribed(
                    subscription,
                    guarantee(),
                    hasHistory(),
                    at,
                    Recovery.NOT_ASKED,
                    List.of(),
                    leave == null ? null : leave.expiresAt())));
        if (!subscription.isActive() || !session.isOpen()) {
          return;
        }
        if (leave != null) {
          session.expireAt(subscription, leave.expiresAt());
        }
        subscription.beginToShare(member);
        if (filter.exact() && rules.getFirst().presence()) {
          session.join(subscription, leave == null ? null : leave.info());
        }
      }
    }
  }

  private Guarantee guarantee() {
    for (Rule rule : rules) {
      if (rule.guarantee() == Guarantee.AT_MOST_ONCE) {
        return Guarantee.AT_MOST_ONCE;
      }
    }
    return Guarantee.AT_LEAST_ONCE;
  }

  /** Asks the broker; for a while again, where it cannot answer just now. */
  private <T> void ask(Supplier<CompletionStage<T>> question, Consumer<T> then) {
    await(question.get(), then, () -> askAgain(question, then));
  }

  private <T> void askAgain(Supplier<CompletionStage<T>> question, Consumer<T> then) {
    Instant next = retry.failed(session.now());
    if (next == null || !goesOn()) {
      refuse(Refusal.BROKER_UNAVAILABLE);
    } else {
      session.lane().at(next, () -> ask(question, then));
    }
  }

  private <T> void await(CompletionStage<T> stage, Consumer<T> then) {
    await(stage, then, () -> refuse(Refusal.BROKER_UNAVAILABLE));
  }

  /**
   * Goes on when the stage gives something, unless the session or the subscription ended meanwhile.
   */
  private <T> void await(CompletionStage<T> stage, Consumer<T> then, Runnable failed) {
    Await.inLane(
        session.lane(),
        stage,
        value -> {
          if (goesOn()) {
            then.accept(value);
          } else {
            refuse(Refusal.SHUTTING_DOWN);
          }
        },
        failed,
        log);
  }

  private boolean goesOn() {
    return subscription.isActive() && session.isOpen();
  }

  /** Ends it before it has begun. */
  void refuse(Refusal refusal) {
    session.cancel(subscription);
    delivery.metrics().refused(refusal);
    outcome.complete(Outcome.refused(refusal));
  }
}
