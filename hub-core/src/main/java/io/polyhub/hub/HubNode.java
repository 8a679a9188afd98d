package io.polyhub.hub;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.broker.Broker;
import io.polyhub.broker.Introduction;
import io.polyhub.broker.Nodes;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Rules;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Authenticator.Verification;
import io.polyhub.identity.Identity;
import io.polyhub.records.Records;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub on one node, over one broker.
 *
 * <p>It owns its own lanes and one timer thread; the broker belongs to the caller, who closes it
 * after the hub.
 */
public final class HubNode implements Hub, AutoCloseable {

  /** How late, at most, the end of credentials is noticed. */
  static final Duration TICK = Duration.ofMillis(250);

  /** Between two goodbyes: fifty in a second are no crowd. */
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(20);

  private static final Logger log = LoggerFactory.getLogger(HubNode.class);

  private final Broker broker;
  private final Rules rules;
  private final Permissions permissions;
  private final Limits limits;
  private final Authenticator authenticator;
  private final HubMetrics metrics;
  private final InstantSource clock;
  private final FanOut fanOut;
  private final SessionRegistry sessions;
  private final Claims claims;
  private final Revocations revocations;
  private final RefusedCertificates refusedCertificates = new RefusedCertificates();
  private final NodeReach reach;
  private final Publishing publishing;
  private final Asking asking;
  private final Shares shares;
  private final OwnLanes ownLanes;
  private final SecureRandom random = new SecureRandom();
  private final ScheduledExecutorService timer;
  private volatile boolean draining;
  private volatile String version = "";

  private HubNode(
      Broker broker,
      Rules rules,
      Limits limits,
      Authenticator authenticator,
      MeterRegistry registry,
      InstantSource clock) {
    this.broker = broker;
    this.rules = rules;
    this.permissions = new Permissions(rules);
    this.limits = limits;
    this.metrics = new HubMetrics(registry);
    this.clock = clock;
    this.fanOut = new FanOut(broker);
    this.sessions = new SessionRegistry(limits);
    this.publishing = new Publishing(this);
    ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor();
    this.asking = new Asking(this, beside);
    this.claims = new Claims(broker.nodes(), clock, beside);
    this.revocations = new Revocations(Revocations.LIMIT, this::revoked);
    this.authenticator = new RevokingAuthenticator(authenticator, revocations, refusedCertificates);
    this.reach = new NodeReach(sessions, broker.nodes(), revocations, clock, beside, metrics);
    broker.nodes().listen(revocations);
    this.shares = new Shares(this, broker.nodes(), new SharePlaces(broker));
    this.ownLanes = new OwnLanes(this, Runtime.getRuntime().availableProcessors());
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("polyhub-timer").factory());
    metrics.gauge("polyhub.channels", fanOut::channels);
    metrics.gauge("polyhub.users", sessions::userCount);
    metrics.gauge("polyhub.exclusive.keys", claims::size);
    metrics.gauge("polyhub.exclusive.keys.unsure", claims::unsure);
    metrics.gauge("polyhub.revocations", revocations::size);
  }

  /**
   * Starts a hub.
   *
   * @param broker not yet started
   * @param rules what channels there are
   * @param limits the bounds
   * @param authenticator turns credentials into identities
   * @param registry where metrics are registered
   * @param clock tells the time of publications and the end of credentials
   */
  public static HubNode start(
      Broker broker,
      Rules rules,
      Limits limits,
      Authenticator authenticator,
      MeterRegistry registry,
      InstantSource clock) {
    HubNode hub = new HubNode(broker, rules, limits, authenticator, registry, clock);
    String digest = rules.digest();
    broker.nodes().introduce(() -> hub.introduction(digest));
    broker.start(hub.fanOut, rules);
    hub.revocations.start(broker.records(Revocations.RECORDS));
    var _ =
        hub.timer.scheduleAtFixedRate(
            hub::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    return hub;
  }

  /** Tells the other nodes, for people to read, of which version this one is. */
  public void version(String text) {
    version = text;
  }

  private Introduction introduction(String rulesDigest) {
    Introduction.State state =
        draining
            ? Introduction.State.DRAINING
            : broker.isReady() ? Introduction.State.READY : Introduction.State.STARTING;
    return new Introduction(version, state, rulesDigest, Introduction.LEVEL);
  }

  private void tick() {
    claims.tick();
    for (HubLane lane : fanOut.lanes()) {
      lane.tick(clock.instant());
    }
  }

  @Override
  public HubLane lane(String name, ScheduledExecutorService executor, BooleanSupplier inLane) {
    HubLane lane = new HubLane(name, executor, inLane, limits.laneInbox(), fanOut, metrics);
    fanOut.register(lane);
    return lane;
  }

  @Override
  public Lane ownLane() {
    return ownLanes.next();
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public Records records(String name) {
    return broker.records(name);
  }

  @Override
  public Cursor renewed(Cursor cursor) {
    return broker.renewed(cursor);
  }

  @Override
  public Nodes nodes() {
    return broker.nodes();
  }

  @Override
  public CompletionStage<Outcome<Session>> admit(Hello hello, Lane lane, Downlink downlink) {
    CompletableFuture<Outcome<Session>> admission = new CompletableFuture<>();
    if (draining) {
      refuse(admission, hello, lane, Refusal.SHUTTING_DOWN);
    } else if (isCutOffForTooLong()) {
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
                  admit(admission, hello, (HubLane) lane, downlink, verified.identity());
            }
          },
          () -> turnAway(admission, hello, Refusal.INTERNAL),
          log);
    }
    return admission;
  }

  /** Whether so much may have been revoked unheard that nobody is let in. */
  private boolean isCutOffForTooLong() {
    Duration bound = limits.admitWhileCutOff();
    return bound.isPositive() && broker.nodes().cutOff().compareTo(bound) > 0;
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
    LaneSession session = new LaneSession(this, lane, newId(), hello, downlink, identity, user);
    sessions.add(session);
    metrics.admitted(hello.door());
    if (revocations.refuses(identity.user(), identity.issuedAt())
        || refusedCertificates.refuses(session.certificate())) {
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

  @Override
  public CompletionStage<Outcome<Published>> publishFor(Session closed, PublishRequest request) {
    return publishing.publishLast((LaneSession) closed, request);
  }

  @Override
  public CompletionStage<Outcome<Published>> publishFor(
      Publisher publisher, PublishRequest request) {
    return publishing.publishLast(publisher, request);
  }

  @Override
  public void refuseCertificates(String door, Predicate<X509Certificate> listed) {
    refusedCertificates.tell(door, listed);
    for (LaneSession session : sessions.all()) {
      if (refusedCertificates.refuses(session.certificate())) {
        session
            .lane()
            .execute(() -> {
              if (session.isOpen() && refusedCertificates.refuses(session.certificate())) {
                session.closeByHub(CloseReason.REVOKED);
              }
            });
      }
    }
  }

  /** Reaches sessions of all nodes, for operators and backends. */
  public Reach reach() {
    return reach;
  }

  private void revoked(String user) {
    reach.revoked(user);
  }

  /** How many sessions there are now. */
  public int sessionCount() {
    return sessions.size();
  }

  /**
   * Says goodbye: admits nobody any more and closes every session with {@link
   * CloseReason#SHUTDOWN}, spread evenly over the time given, so that clients do not all come back
   * at once; a few are not kept waiting for each other. Returns when all are closed or the time and
   * a second is over. Blocks; not to be called in a lane.
   */
  public void drain(Duration over) {
    draining = true;
    List<LaneSession> live = sessions.all();
    long start = System.nanoTime();
    long pause = Math.min(LONGEST_PAUSE.toNanos(), over.toNanos() / Math.max(1, live.size()));
    for (int i = 0; i < live.size(); i++) {
      LaneSession session = live.get(i);
      session.lane().execute(() -> session.closeByHub(CloseReason.SHUTDOWN));
      long ahead = start + pause * (i + 1) - System.nanoTime();
      if (ahead > TimeUnit.MILLISECONDS.toNanos(1)) {
        LockSupport.parkNanos(ahead);
      }
    }
    long deadline = start + over.toNanos() + TimeUnit.SECONDS.toNanos(1);
    while (sessions.size() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** Closes what is left without waiting for anybody, and frees the hub's threads. */
  @Override
  public void close() {
    drain(Duration.ZERO);
    revocations.stop();
    timer.shutdownNow();
    ownLanes.close();
  }

  Broker broker() {
    return broker;
  }

  Rules rules() {
    return rules;
  }

  Permissions permissions() {
    return permissions;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  HubMetrics metrics() {
    return metrics;
  }

  InstantSource clock() {
    return clock;
  }

  RandomGenerator chance() {
    return random;
  }

  FanOut fanOut() {
    return fanOut;
  }

  Claims claims() {
    return claims;
  }

  SessionRegistry sessions() {
    return sessions;
  }

  Publishing publishing() {
    return publishing;
  }

  Shares shares() {
    return shares;
  }

  Asking asking() {
    return asking;
  }
}
