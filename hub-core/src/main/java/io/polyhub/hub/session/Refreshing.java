package io.polyhub.hub.session;

import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.lane.Await;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Authenticator.ChannelVerification;
import io.polyhub.identity.Authenticator.Verification;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces credentials of what is already there. Confined to the session's lane. */
final class Refreshing {

  private static final Logger log = LoggerFactory.getLogger(Refreshing.class);

  private final Authenticator authenticator;
  private final HubMetrics metrics;

  Refreshing(Authenticator authenticator, HubMetrics metrics) {
    this.authenticator = authenticator;
    this.metrics = metrics;
  }

  /**
   * Replaces a session's credentials.
   *
   * @param become takes what the new ones say
   */
  CompletionStage<Outcome<Session.Expiry>> session(
      Session session, Credentials credentials, Consumer<Identity> become) {
    CompletableFuture<Outcome<Session.Expiry>> outcome = new CompletableFuture<>();
    Await.inLane(
        session.lane(),
        authenticator.authenticate(credentials),
        verification -> {
          switch (verification) {
            case Verification.Rejected rejected -> refuse(outcome, refusal(rejected.reason()));
            case Verification.Verified verified -> {
              if (!session.isOpen()) {
                refuse(outcome, Refusal.SHUTTING_DOWN);
              } else if (!verified.identity().user().equals(session.identity().user())) {
                refuse(outcome, Refusal.PERMISSION_DENIED);
              } else {
                become.accept(verified.identity());
                grant(outcome, verified.identity().expiresAt());
              }
            }
          }
        },
        () -> refuse(outcome, Refusal.INTERNAL),
        log);
    return outcome;
  }

  /**
   * Replaces the token of a subscription.
   *
   * @param expireAt takes the new end
   */
  CompletionStage<Outcome<Session.Expiry>> subscription(
      Session session,
      Subscription subscription,
      String token,
      Consumer<@Nullable Instant> expireAt) {
    CompletableFuture<Outcome<Session.Expiry>> outcome = new CompletableFuture<>();
    Await.inLane(
        session.lane(),
        authenticator.authenticateChannel(
            token, session.identity().user(), subscription.filter().text()),
        verification -> {
          switch (verification) {
            case ChannelVerification.Rejected rejected ->
                refuse(outcome, refusal(rejected.reason()));
            case ChannelVerification.Verified verified -> {
              if (!session.isOpen() || !subscription.isActive()) {
                refuse(outcome, Refusal.NOT_SUBSCRIBED);
              } else {
                Instant end = verified.pass().expiresAt();
                expireAt.accept(end);
                grant(outcome, end);
              }
            }
          }
        },
        () -> refuse(outcome, Refusal.INTERNAL),
        log);
    return outcome;
  }

  private static void grant(
      CompletableFuture<Outcome<Session.Expiry>> outcome, @Nullable Instant end) {
    outcome.complete(Outcome.done(new Session.Expiry(end)));
  }

  private void refuse(CompletableFuture<Outcome<Session.Expiry>> outcome, Refusal refusal) {
    metrics.refused(refusal);
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
