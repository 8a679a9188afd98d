package io.polyhub.websocket;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.SmallMaps;
import io.polyhub.hub.History;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubRefreshRequest;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import io.polyhub.proto.centrifuge.SubscribeResult;
import io.polyhub.proto.centrifuge.UnsubscribeResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's subscriptions, at most one for each channel or filter. Only in the session's lane. */
final class CentrifugeSubscriptions {

  /** In a subscribe request's flags: rather be refused than go on with a gap. */
  private static final long REJECT_IF_UNRECOVERABLE = 2;

  private final CentrifugeCommands commands;
  private final CentrifugeDoor protocol;
  private final Session session;
  private final boolean json;
  private Map<String, CentrifugeSubscription> byChannel = Map.of();

  CentrifugeSubscriptions(
      CentrifugeCommands commands, CentrifugeDoor protocol, Session session, boolean json) {
    this.commands = commands;
    this.protocol = protocol;
    this.session = session;
    this.json = json;
  }

  // Subscribing, as the client asks

  void subscribe(int id, SubscribeRequest request) {
    String channel = request.getChannel();
    if (byChannel.containsKey(channel)) {
      commands.fail(id, CentrifugeError.ALREADY_SUBSCRIBED);
      return;
    }
    CentrifugeSubscription subscription = new CentrifugeSubscription(channel, false);
    byChannel = SmallMaps.with(byChannel, channel, subscription);
    if (request.getRecover() && request.getEpoch().isEmpty() && request.getOffset() > 0) {
      // Any epoch will do, and so the present one.
      commands.await(
          session.history(new HistoryRequest(channel, 0, null, false)),
          outcome -> subscribe(id, request, subscription, startAt(outcome, request.getOffset())));
    } else {
      subscribe(id, request, subscription, start(request));
    }
  }

  private static @Nullable Start startAt(Outcome<History> top, long offset) {
    return switch (top) {
      case Outcome.Done<History> done ->
          done.value().top().positions().stream()
              .findFirst()
              .<Start>map(at -> new Start.Since(Cursor.of(new Position(at.epoch(), offset))))
              .orElse(null);
      case Outcome.Refused<History> refused -> null;
    };
  }

  /** From where the request wants to go on, or null if no log can ever go on from there. */
  private static @Nullable Start start(SubscribeRequest request) {
    if (!request.getRecover()) {
      return new Start.Now();
    }
    if (request.getEpoch().isEmpty() && request.getOffset() == 0) {
      return new Start.Oldest();
    }
    if (!Position.isEpoch(request.getEpoch()) || request.getOffset() < 0) {
      return null;
    }
    return new Start.Since(Cursor.of(new Position(request.getEpoch(), request.getOffset())));
  }

  private void subscribe(
      int id,
      SubscribeRequest request,
      CentrifugeSubscription subscription,
      @Nullable Start start) {
    boolean mustRecover = (request.getFlag() & REJECT_IF_UNRECOVERABLE) != 0;
    if (start == null && mustRecover) {
      refused(id, request, subscription, Refusal.UNRECOVERABLE_POSITION);
      return;
    }
    commands.await(
        session.subscribe(toHub(request, subscription, start, mustRecover)),
        outcome -> {
          switch (outcome) {
            case Outcome.Done<Subscribed> done -> {
              subscription.granted(done.value());
              commands.reply(
                  id,
                  Reply.newBuilder()
                      .setSubscribe(result(done.value(), subscription, request.getRecover())));
              unsubscribeIfAsked(subscription);
            }
            case Outcome.Refused<Subscribed> refused ->
                refused(id, request, subscription, refused.refusal());
          }
        });
  }

  private io.polyhub.hub.SubscribeRequest toHub(
      SubscribeRequest request,
      CentrifugeSubscription subscription,
      @Nullable Start start,
      boolean mustRecover) {
    return io.polyhub.hub.SubscribeRequest.to(subscription.channel())
        .withStart(start == null ? new Start.Now() : start)
        .withMustRecover(mustRecover)
        .withInline(request.getRecover() ? protocol.config.maxInlinePublications() : 0)
        .withJoinLeave(request.getJoinLeave())
        .withToken(request.getToken().isEmpty() ? null : request.getToken())
        .withAttachment(subscription);
  }

  private SubscribeResult result(
      Subscribed subscribed, CentrifugeSubscription subscription, boolean recovering) {
    return CentrifugeMessages.subscribed(
        subscribed, subscription, recovering, json, protocol.clock.instant());
  }

  private void refused(
      int id, SubscribeRequest request, CentrifugeSubscription subscription, Refusal refusal) {
    byChannel = SmallMaps.without(byChannel, subscription.channel());
    boolean byToken = !request.getToken().isEmpty();
    if (byToken && refusal == Refusal.PERMISSION_DENIED) {
      commands.close(CentrifugeCloseCode.INVALID_TOKEN);
      return;
    }
    boolean badToken = byToken && refusal == Refusal.UNAUTHENTICATED;
    commands.fail(id, badToken ? CentrifugeError.PERMISSION_DENIED : CentrifugeError.of(refusal));
    subscription.unsubscribes().forEach(this::unsubscribed);
  }

  // Subscribing, as the token says and whoever only listens

  /**
   * Subscribes to one after the other.
   *
   * @param hints from where to go on with some of them
   * @param resume from where to go on with all of them, or null
   */
  void subscribeAtOnce(
      List<String> channels,
      Map<String, SubscribeRequest> hints,
      @Nullable Cursor resume,
      Consumer<Map<String, SubscribeResult>> done,
      Consumer<Refusal> refused) {
    subscribeAtOnce(channels, 0, hints, resume, new LinkedHashMap<>(), done, refused);
  }

  private void subscribeAtOnce(
      List<String> channels,
      int next,
      Map<String, SubscribeRequest> hints,
      @Nullable Cursor resume,
      Map<String, SubscribeResult> results,
      Consumer<Map<String, SubscribeResult>> done,
      Consumer<Refusal> refused) {
    if (next == channels.size()) {
      done.accept(results);
      return;
    }
    String channel = channels.get(next);
    if (byChannel.containsKey(channel)) {
      subscribeAtOnce(channels, next + 1, hints, resume, results, done, refused);
      return;
    }
    CentrifugeSubscription subscription = new CentrifugeSubscription(channel, true);
    byChannel = SmallMaps.with(byChannel, channel, subscription);
    SubscribeRequest hint = hints.getOrDefault(channel, SubscribeRequest.getDefaultInstance());
    Start start = resume == null ? start(hint) : new Start.Since(resume);
    commands.await(
        session.subscribe(toHub(hint, subscription, start, false)),
        outcome -> {
          switch (outcome) {
            case Outcome.Done<Subscribed> granted -> {
              subscription.granted(granted.value());
              results.put(
                  channel,
                  result(granted.value(), subscription, hint.getRecover() || resume != null));
              subscribeAtOnce(channels, next + 1, hints, resume, results, done, refused);
            }
            case Outcome.Refused<Subscribed> denied -> refused.accept(denied.refusal());
          }
        });
  }

  // Ending

  /** Always answered: also if there is no such subscription, and after one that is being made. */
  void unsubscribe(int id, String channel) {
    CentrifugeSubscription subscription = byChannel.get(channel);
    if (subscription == null) {
      unsubscribed(id);
    } else {
      subscription.unsubscribeLater(id);
      unsubscribeIfAsked(subscription);
    }
  }

  private void unsubscribeIfAsked(CentrifugeSubscription subscription) {
    Subscription inForce = subscription.inForce();
    if (inForce != null && !subscription.unsubscribes().isEmpty()) {
      byChannel = SmallMaps.without(byChannel, subscription.channel());
      inForce.cancel();
      subscription.unsubscribes().forEach(this::unsubscribed);
    }
  }

  private void unsubscribed(int id) {
    commands.reply(id, Reply.newBuilder().setUnsubscribe(UnsubscribeResult.getDefaultInstance()));
  }

  /** The hub has ended it. What the hub began by itself, clients cannot ask for again alone. */
  void ended(CentrifugeSubscription subscription, UnsubscribeReason reason) {
    byChannel = SmallMaps.without(byChannel, subscription.channel());
    CentrifugeUnsubscribeCode code = CentrifugeUnsubscribeCode.of(reason);
    if (subscription.serverSide() && code == CentrifugeUnsubscribeCode.EXPIRED) {
      commands.close(CentrifugeCloseCode.SUBSCRIPTION_EXPIRED);
    } else if (subscription.serverSide() && code == CentrifugeUnsubscribeCode.INSUFFICIENT_STATE) {
      commands.close(CentrifugeCloseCode.INSUFFICIENT_STATE);
    } else {
      commands.push(CentrifugeMessages.unsubscribed(subscription.channel(), code));
    }
  }

  // Refreshing

  /**
   * An expired token ends the subscription by the push after which clients fetch a new one; the
   * error alone would end it for good.
   */
  void refresh(int id, SubRefreshRequest request) {
    CentrifugeSubscription subscription = byChannel.get(request.getChannel());
    Subscription inForce = subscription == null ? null : subscription.inForce();
    if (subscription == null || inForce == null) {
      commands.fail(id, CentrifugeError.PERMISSION_DENIED);
      return;
    }
    commands.await(
        session.refreshSubscription(inForce, request.getToken()),
        outcome -> {
          switch (outcome) {
            case Outcome.Done<Session.Expiry> done ->
                commands.reply(id, commands.subRefreshed(done.value()));
            case Outcome.Refused<Session.Expiry> refused ->
                notRefreshed(id, subscription, inForce, refused.refusal());
          }
        });
  }

  private void notRefreshed(
      int id, CentrifugeSubscription subscription, Subscription inForce, Refusal refusal) {
    if (refusal == Refusal.PERMISSION_DENIED) {
      commands.close(CentrifugeCloseCode.INVALID_TOKEN);
      return;
    }
    if (refusal == Refusal.CREDENTIALS_EXPIRED) {
      inForce.cancel();
      ended(subscription, UnsubscribeReason.EXPIRED);
    }
    commands.fail(id, CentrifugeError.of(refusal));
  }
}
