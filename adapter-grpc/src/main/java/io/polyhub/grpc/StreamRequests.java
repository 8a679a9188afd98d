package io.polyhub.grpc;

import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.Refresh;
import io.polyhub.proto.v1.ResumePoint;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import io.polyhub.proto.v1.Unsubscribe;
import io.polyhub.proto.v1.Unsubscribed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * What an admitted client asks for on its stream, and its subscriptions by their ids. The hub
 * bounds how many those are. Only in the session's lane.
 */
final class StreamRequests {

  private final GrpcConnection connection;
  private final Session session;
  private final Map<Long, Subscription> subscriptions = new LinkedHashMap<>();
  private long lastId;

  StreamRequests(GrpcConnection connection, Session session) {
    this.connection = connection;
    this.session = session;
  }

  /** Returns the id by which the client knows the subscription. */
  static long idOf(Subscription subscription) {
    return (Long) Objects.requireNonNull(subscription.attachment());
  }

  /**
   * Does what the frame asks; the answer follows, now or later.
   *
   * @param bytes how large the frame was
   * @return whether it asked for something that may be asked
   */
  boolean handle(ClientFrame frame, int bytes) {
    long id = frame.getId();
    if (id == 0 && !frame.hasPublish()) {
      return false;
    }
    switch (frame.getRequestCase()) {
      case PUBLISH -> publish(new Asked(id, bytes), frame.getPublish());
      case SUBSCRIBE -> subscribe(new Asked(id, bytes), frame.getSubscribe());
      case UNSUBSCRIBE -> unsubscribe(new Asked(id, bytes), frame.getUnsubscribe());
      case REFRESH -> refresh(new Asked(id, bytes), frame.getRefresh());
      case HELLO, REQUEST_NOT_SET -> {
        return false;
      }
    }
    return true;
  }

  /** A frame that awaits its answer. */
  private record Asked(long id, int bytes) {}

  private <T> void answer(
      Asked asked, Outcome<T> outcome, BiConsumer<ServerFrame.Builder, T> fill) {
    ServerFrame.Builder reply = ServerFrame.newBuilder().setId(asked.id);
    switch (outcome) {
      case Outcome.Done<T> done -> fill.accept(reply, done.value());
      case Outcome.Refused<T> refused -> reply.setError(GrpcErrorCode.error(refused.refusal()));
    }
    connection.answer(asked.bytes, reply);
  }

  private void refuse(Asked asked, Refusal refusal) {
    answer(asked, Outcome.refused(refusal), (reply, nothing) -> {});
  }

  private void publish(Asked asked, Publish publish) {
    switch (GrpcRequests.publish(publish)) {
      case Outcome.Refused<PublishRequest> refused -> refuse(asked, refused.refusal());
      case Outcome.Done<PublishRequest> request -> {
        var _ =
            session
                .publish(request.value())
                .thenAccept(outcome ->
                    answer(
                        asked,
                        outcome,
                        (reply, published) ->
                            reply.setPublished(GrpcReplies.published(published))));
      }
    }
  }

  private void subscribe(Asked asked, Subscribe subscribe) {
    long id = ++lastId;
    switch (GrpcRequests.subscribe(subscribe, this::isNew, id)) {
      case Outcome.Refused<SubscribeRequest> refused -> refuse(asked, refused.refusal());
      case Outcome.Done<SubscribeRequest> request -> {
        var _ =
            session
                .subscribe(request.value())
                .thenAccept(outcome ->
                    answer(
                        asked,
                        outcome,
                        (reply, subscribed) -> reply.setSubscribed(enter(id, subscribed))));
      }
    }
  }

  private boolean isNew(String filter) {
    return subscriptions.values().stream().noneMatch(one -> one.filter().text().equals(filter));
  }

  private io.polyhub.proto.v1.Subscribed enter(long id, Subscribed subscribed) {
    subscriptions.put(id, subscribed.subscription());
    return GrpcReplies.subscribed(id, subscribed);
  }

  private void unsubscribe(Asked asked, Unsubscribe unsubscribe) {
    Subscription subscription = subscriptions.remove(unsubscribe.getSubscriptionId());
    if (subscription == null) {
      refuse(asked, Refusal.NOT_SUBSCRIBED);
      return;
    }
    Unsubscribed unsubscribed =
        unsubscribed(subscription, io.polyhub.proto.v1.UnsubscribeReason.UNSUBSCRIBE_REASON_CLIENT);
    subscription.cancel();
    answer(asked, Outcome.done(unsubscribed), ServerFrame.Builder::setUnsubscribed);
  }

  private static Unsubscribed unsubscribed(
      Subscription subscription, io.polyhub.proto.v1.UnsubscribeReason reason) {
    return Unsubscribed.newBuilder()
        .setSubscriptionId(idOf(subscription))
        .setReason(reason)
        .setCursor(subscription.cursor().text())
        .build();
  }

  private void refresh(Asked asked, Refresh refresh) {
    if (refresh.getSubscriptionId() == 0) {
      var _ =
          session
              .refresh(new Credentials.Token(refresh.getToken()))
              .thenAccept(outcome -> refreshed(asked, outcome));
      return;
    }
    Subscription subscription = subscriptions.get(refresh.getSubscriptionId());
    if (subscription == null) {
      refuse(asked, Refusal.NOT_SUBSCRIBED);
      return;
    }
    var _ =
        session
            .refreshSubscription(subscription, refresh.getToken())
            .thenAccept(outcome -> refreshed(asked, outcome));
  }

  private void refreshed(Asked asked, Outcome<Session.Expiry> outcome) {
    answer(asked, outcome, (reply, expiry) -> reply.setRefreshed(GrpcReplies.refreshed(expiry)));
  }

  /** The hub has ended a subscription; returns the frame that says so. */
  ServerFrame ended(Subscription subscription, UnsubscribeReason reason) {
    subscriptions.remove(idOf(subscription));
    return ServerFrame.newBuilder()
        .setUnsubscribed(unsubscribed(subscription, GrpcCloseCode.code(reason)))
        .build();
  }

  /** Where each subscription can be resumed, if it can. */
  List<ResumePoint> resumePoints() {
    List<ResumePoint> points = new ArrayList<>(subscriptions.size());
    subscriptions.forEach((id, subscription) -> {
      String cursor = subscription.cursor().text();
      if (!cursor.isEmpty()) {
        points.add(
            ResumePoint.newBuilder()
                .setSubscriptionId(id)
                .setFilter(subscription.filter().text())
                .setCursor(cursor)
                .build());
      }
    });
    return points;
  }
}
