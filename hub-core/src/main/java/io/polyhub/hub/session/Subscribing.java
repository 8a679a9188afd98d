package io.polyhub.hub.session;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rule;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.lane.Await;
import io.polyhub.hub.share.Shares;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Authenticator.ChannelVerification;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks requests to subscribe and takes them in. Confined to the session's lane. */
final class Subscribing {

  private static final Logger log = LoggerFactory.getLogger(Subscribing.class);

  private final Delivery delivery;
  private final Permissions permissions;
  private final Authenticator authenticator;
  private final Shares shares;

  Subscribing(
      Delivery delivery, Permissions permissions, Authenticator authenticator, Shares shares) {
    this.delivery = delivery;
    this.permissions = permissions;
    this.authenticator = authenticator;
    this.shares = shares;
  }

  CompletionStage<Outcome<Subscribed>> subscribe(LaneSession session, SubscribeRequest request) {
    ChannelFilter filter = ChannelFilter.parse(request.filter()).orElse(null);
    if (filter == null) {
      return refuse(Refusal.INVALID_FILTER);
    }
    if (session.subscriptionCount() >= delivery.limits().subscriptionsPerSession()) {
      return refuse(Refusal.LIMIT_EXCEEDED);
    }
    String token = request.token();
    if (token == null
        && !session.isOfTheHub()
        && !permissions.maySubscribe(session.identity(), filter)) {
      return refuse(Refusal.PERMISSION_DENIED);
    }
    List<Rule> rules = delivery.rules().overlapping(filter);
    if (rules.isEmpty()) {
      return refuse(Refusal.UNKNOWN_CHANNEL);
    }
    SubscribeRequest allowed = session.isOfTheHub() ? request : allowed(session, filter, request);
    if (allowed == null) {
      return refuse(Refusal.PERMISSION_DENIED);
    }
    PendingSubscription pending =
        new PendingSubscription(delivery, shares, session, allowed, filter, rules);
    if (token == null) {
      pending.enter(null);
    } else {
      verify(session, token, allowed, pending);
    }
    return pending.outcome();
  }

  private @Nullable SubscribeRequest allowed(
      LaneSession session, ChannelFilter filter, SubscribeRequest request) {
    Instant recent = session.now().minus(delivery.limits().recoveryWindow());
    return permissions.allowed(session.identity(), filter, request, recent).orElse(null);
  }

  private CompletionStage<Outcome<Subscribed>> refuse(Refusal refusal) {
    delivery.metrics().refused(refusal);
    return CompletableFuture.completedFuture(Outcome.refused(refusal));
  }

  private void verify(
      Session session, String token, SubscribeRequest request, PendingSubscription pending) {
    Await.inLane(
        session.lane(),
        authenticator.authenticateChannel(token, session.identity().user(), request.filter()),
        verification -> {
          switch (verification) {
            case ChannelVerification.Rejected rejected ->
                pending.refuse(Refreshing.refusal(rejected.reason()));
            case ChannelVerification.Verified verified -> pending.enter(verified.pass());
          }
        },
        () -> pending.refuse(Refusal.INTERNAL),
        log);
  }
}
