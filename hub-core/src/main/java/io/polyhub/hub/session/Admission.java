package io.polyhub.hub.session;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.lane.Await;
import io.polyhub.hub.lane.HubLane;
import io.polyhub.hub.nodes.Claims;
import io.polyhub.hub.nodes.RevokingAuthenticator;
import io.polyhub.identity.Authenticator.Verification;
import io.polyhub.identity.Identity;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets clients in or turns them away. Thread-safe. */
final class Admission {

  private static final Logger log = LoggerFactory.getLogger(Admission.class);

  private final RevokingAuthenticator authenticator;
  private final SessionRegistry sessions;
  private final Claims claims;
  private final SessionServices services;
  private final HubMetrics metrics;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final BooleanSupplier cutOff;
  private volatile boolean closed;

  /**
   * @param random draws the ids of sessions, which nobody may guess
   * @param cutOff whether so much may have been revoked unheard that nobody is let in
   */
  Admission(
      RevokingAuthenticator authenticator,
      SessionRegistry sessions,
      Claims claims,
      SessionServices services,
      HubMetrics metrics,
      InstantSource clock,
      RandomGenerator random,
      BooleanSupplier cutOff) {
    this.authenticator = authenticator;
    this.sessions = sessions;
    this.claims = claims;
    this.services = services;
    this.metrics = metrics;
    this.clock = clock;
    this.random = random;
    this.cutOff = cutOff;
  }

  /** Turns everyone away from now on. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** See {@link Hub#admit}. */
  CompletionStage<Outcome<Session>> admit(Hello hello, HubLane lane, Downlink downlink) {
    CompletableFuture<Outcome<Session>> admission = new CompletableFuture<>();
    if (closed) {
      refuse(admission, hello, lane, Refusal.SHUTTING_DOWN);
    } else if (cutOff.getAsBoolean()) {
      refuse(admission, hello, lane, Refusal.BROKER_UNAVAILABLE);
    } else if (!authenticator.admitsFrom(hello.remoteAddress())) {
      refuse(admission, hello, lane, Refusal.UNAUTHENTICATED);
    } else if (!sessions.enter()) {
      refuse(admission, hello, lane, Refusal.LIMIT_EXCEEDED);
    } else {
      Await.inLane(
          lane,
          authenticator.authenticate(hello.credentials()),
          verification -> {
            switch (verification) {
              case Verification.Rejected rejected ->
                  turnAway(admission, hello, Refreshing.refusal(rejected.reason()));
              case Verification.Verified verified ->
                  admit(admission, hello, lane, downlink, verified.identity());
            }
          },
          () -> turnAway(admission, hello, Refusal.INTERNAL),
          log);
    }
    return admission;
  }

  private void refuse(
      CompletableFuture<Outcome<Session>> admission, Hello hello, Lane lane, Refusal refusal) {
    note(hello, refusal);
    if (lane.inLane()) {
      admission.complete(Outcome.refused(refusal));
    } else {
      lane.execute(() -> admission.complete(Outcome.refused(refusal)));
    }
  }

  private void note(Hello hello, Refusal refusal) {
    metrics.refused(refusal);
    log.debug(
        "a client from {} at the {} door was not let in: {}",
        hello.remoteAddress(),
        hello.door(),
        refusal);
  }

  /** Refuses after a place was taken. */
  private void turnAway(
      CompletableFuture<Outcome<Session>> admission, Hello hello, Refusal refusal) {
    sessions.leave();
    note(hello, refusal);
    admission.complete(Outcome.refused(refusal));
  }

  private void admit(
      CompletableFuture<Outcome<Session>> admission,
      Hello hello,
      HubLane lane,
      Downlink downlink,
      Identity identity) {
    if (identity.expiresAt() != null && !identity.expiresAt().isAfter(clock.instant())) {
      turnAway(admission, hello, Refusal.CREDENTIALS_EXPIRED);
      return;
    }
    User user = null;
    if (!identity.isAnonymous()) {
      user = sessions.enter(identity.user());
      if (user == null) {
        turnAway(admission, hello, Refusal.LIMIT_EXCEEDED);
        return;
      }
    }
    LaneSession session = new LaneSession(services, lane, newId(), hello, downlink, identity, user);
    sessions.add(session);
    metrics.admitted(hello.door());
    if (authenticator.refuses(identity, session.certificate())) {
      // Revoked while it was being let in, after its credentials had been found good.
      session.close(CloseReason.REVOKED);
      note(hello, Refusal.UNAUTHENTICATED);
      admission.complete(Outcome.refused(Refusal.UNAUTHENTICATED));
      return;
    }
    Await.inLane(
        lane,
        claims.claim(session),
        won -> {
          if (!won) {
            session.closeByHub(CloseReason.TAKEN_OVER);
          }
          hand(session, admission);
        },
        () -> {
          session.closeByHub(CloseReason.INTERNAL);
          admission.complete(Outcome.refused(Refusal.INTERNAL));
        },
        log);
  }

  /** Hands a session to its adapter, unless it was closed while it waited. */
  private static void hand(LaneSession session, CompletableFuture<Outcome<Session>> admission) {
    if (session.isOpen()) {
      session.outgoing().open();
      admission.complete(Outcome.done(session));
    } else {
      admission.complete(Outcome.refused(Refusal.SHUTTING_DOWN));
    }
  }

  private String newId() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
