package io.polyhub.hub;

import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Authenticator.ChannelVerification;
import io.polyhub.identity.Authenticator.Verification;
import io.polyhub.identity.Credentials;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Replaces credentials of what is already there. Only in the session's lane. */
final class Refreshing {

  private Refreshing() {}

  static CompletionStage<Outcome<Session.Expiry>> session(
      HubNode hub, LaneSession session, Credentials credentials) {
    CompletableFuture<Outcome<Session.Expiry>> outcome = new CompletableFuture<>();
    session.onLane(
        hub.authenticator().authenticate(credentials),
        verification -> {
          switch (verification) {
            case Verification.Rejected rejected -> refuse(hub, outcome, refusal(rejected.reason()));
            case Verification.Verified verified -> {
              if (!session.isOpen()) {
                refuse(hub, outcome, Refusal.SHUTTING_DOWN);
              } else if (!verified.identity().user().equals(session.identity().user())) {
                refuse(hub, outcome, Refusal.PERMISSION_DENIED);
              } else {
                session.become(verified.identity(), credentials);
                grant(outcome, verified.identity().expiresAt());
              }
            }
          }
        },
        () -> refuse(hub, outcome, Refusal.INTERNAL));
    return outcome;
  }

  static CompletionStage<Outcome<Session.Expiry>> subscription(
      HubNode hub, LaneSession session, LaneSubscription subscription, String token) {
    CompletableFuture<Outcome<Session.Expiry>> outcome = new CompletableFuture<>();
    session.onLane(
        hub.authenticator()
            .authenticateChannel(token, session.identity().user(), subscription.filter().text()),
        verification -> {
          switch (verification) {
            case ChannelVerification.Rejected rejected ->
                refuse(hub, outcome, refusal(rejected.reason()));
            case ChannelVerification.Verified verified -> {
              if (!session.isOpen() || !subscription.isActive()) {
                refuse(hub, outcome, Refusal.NOT_SUBSCRIBED);
              } else {
                Instant end = verified.pass().expiresAt();
                session.expireAt(subscription, end);
                grant(outcome, end);
              }
            }
          }
        },
        () -> refuse(hub, outcome, Refusal.INTERNAL));
    return outcome;
  }

  private static void grant(
      CompletableFuture<Outcome<Session.Expiry>> outcome, @Nullable Instant end) {
    outcome.complete(Outcome.done(new Session.Expiry(end)));
  }

  private static void refuse(
      HubNode hub, CompletableFuture<Outcome<Session.Expiry>> outcome, Refusal refusal) {
    hub.metrics().refused(refusal);
    outcome.complete(Outcome.refused(refusal));
  }

  /** How the hub refuses for a reason of the authenticator's. */
  static Refusal refusal(Authenticator.Reason reason) {
    return switch (reason) {
      case MISSING, INVALID -> Refusal.UNAUTHENTICATED;
      case EXPIRED -> Refusal.CREDENTIALS_EXPIRED;
      case MISMATCH -> Refusal.PERMISSION_DENIED;
      case UNAVAILABLE -> Refusal.BROKER_UNAVAILABLE;
    };
  }
}
