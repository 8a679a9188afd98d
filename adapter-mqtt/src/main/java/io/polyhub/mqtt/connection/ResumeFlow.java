package io.polyhub.mqtt.connection;

import io.polyhub.channel.Cursor;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.mqtt.session.ClientSubscription;
import io.polyhub.mqtt.session.SessionData;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Puts the subscriptions of a session that goes on in force again, each from its place. Lives as
 * long as that takes. Confined to the connection's lane.
 */
final class ResumeFlow {

  private final Session session;
  private final SessionData data;
  private final Consumer<Resumption> done;
  private final Duration outlives;
  private int open;
  private Resumption all = Resumption.COMPLETE;

  /**
   * Prepares it.
   *
   * @param outlives how long the session is kept after the connection
   * @param done called once all are decided
   */
  ResumeFlow(Session session, SessionData data, Duration outlives, Consumer<Resumption> done) {
    this.outlives = outlives;
    this.session = session;
    this.data = data;
    this.done = done;
  }

  void start() {
    List<ClientSubscription> subscriptions = List.copyOf(data.subscriptions());
    open = subscriptions.size();
    if (open == 0) {
      done.accept(all);
    }
    for (ClientSubscription subscription : subscriptions) {
      var _ =
          session
              .subscribe(request(subscription))
              .whenComplete((outcome, none) -> add(resumed(subscription, outcome)));
    }
  }

  /** Where history no longer reaches back, what is left of it is better than nothing. */
  private SubscribeRequest request(ClientSubscription subscription) {
    Cursor cursor = subscription.cursor();
    boolean fromCursor = subscription.grantedQos() > 0 && !cursor.equals(Cursor.EMPTY);
    SubscribeRequest request = SubscribeRequest.to(subscription.filter().text());
    String share = subscription.share();
    if (share != null) {
      request = request.withShare(share, outlives);
    }
    return request
        .withStart(fromCursor ? new Start.Kept(cursor) : new Start.Now())
        .withRest(true)
        .withNoLocal(subscription.options().noLocal())
        .withAttachment(subscription);
  }

  private void add(Resumption one) {
    all = all.and(one);
    open--;
    if (open == 0) {
      done.accept(all);
    }
  }

  private Resumption resumed(ClientSubscription subscription, Outcome<Subscribed> outcome) {
    return switch (outcome) {
      case Outcome.Done<Subscribed>(Subscribed subscribed) when subscription.share() != null -> {
        subscription.goOn(subscribed);
        SharedCatchUp.start(session, subscription);
        yield Resumption.COMPLETE;
      }
      case Outcome.Done<Subscribed>(Subscribed subscribed) ->
          switch (subscribed.recovery()) {
            case RECOVERED -> {
              subscription.goOn(subscribed);
              yield Resumption.COMPLETE;
            }
            case NOT_ASKED -> {
              subscription.begin(subscribed);
              yield Resumption.COMPLETE;
            }
            case UNRECOVERABLE -> {
              subscription.begin(subscribed);
              yield Resumption.WITH_GAP;
            }
          };
      case Outcome.Refused<Subscribed>(Refusal refusal) -> {
        if (refusal.temporary()) {
          yield Resumption.FAILED;
        }
        data.remove(subscription.name());
        yield Resumption.WITH_GAP;
      }
    };
  }
}
