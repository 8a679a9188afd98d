package io.polyhub.hub.session;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.broker.Broker;
import io.polyhub.broker.Introduction;
import io.polyhub.broker.Nodes;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Rules;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Limits;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.Reach;
import io.polyhub.hub.Session;
import io.polyhub.hub.lane.FanOut;
import io.polyhub.hub.lane.HubLane;
import io.polyhub.hub.lane.LaneMetrics;
import io.polyhub.hub.lane.Lanes;
import io.polyhub.hub.lane.OwnLanes;
import io.polyhub.hub.nodes.Claims;
import io.polyhub.hub.nodes.NodeReach;
import io.polyhub.hub.nodes.ReachMetrics;
import io.polyhub.hub.nodes.RefusedCertificates;
import io.polyhub.hub.nodes.Revocations;
import io.polyhub.hub.nodes.RevokingAuthenticator;
import io.polyhub.hub.share.ShareMetrics;
import io.polyhub.hub.share.SharePlaces;
import io.polyhub.hub.share.Shares;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import io.polyhub.records.Records;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

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

  private final Broker broker;
  private final Limits limits;
  private final InstantSource clock;
  private final HubMetrics metrics;
  private final FanOut fanOut;
  private final Lanes lanes;
  private final OwnLanes ownLanes;
  private final SessionRegistry sessions;
  private final Claims claims;
  private final Revocations revocations;
  private final RefusedCertificates refusedCertificates = new RefusedCertificates();
  private final NodeReach reach;
  private final Publishing publishing;
  private final SessionServices services;
  private final Admission admission;
  private final ScheduledExecutorService timer;
  private volatile String version = "";

  private HubNode(
      Broker broker,
      Rules rules,
      Limits limits,
      Authenticator authenticator,
      MeterRegistry registry,
      InstantSource clock,
      LongSupplier nanoClock) {
    this.broker = broker;
    this.limits = limits;
    this.clock = clock;
    metrics = new HubMetrics(registry);
    fanOut = new FanOut(broker);
    lanes = new Lanes(fanOut, limits.laneInbox(), new LaneMetrics(registry), nanoClock);
    ownLanes = new OwnLanes(lanes, Runtime.getRuntime().availableProcessors());
    sessions = new SessionRegistry(limits, nanoClock);
    ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor();
    claims = new Claims(broker.nodes(), clock, beside);
    revocations = new Revocations(Revocations.LIMIT, this::revoked);
    reach =
        new NodeReach(
            sessions,
            broker.nodes(),
            revocations,
            clock,
            beside,
            new ReachMetrics(registry),
            metrics::refused);
    broker.nodes().listen(revocations);
    RevokingAuthenticator revoking =
        new RevokingAuthenticator(authenticator, revocations, refusedCertificates);
    SecureRandom random = new SecureRandom();
    Permissions permissions = new Permissions(rules);
    Delivery delivery = new Delivery(broker, rules, limits, metrics, random);
    Shares shares =
        new Shares(
            broker.nodes(),
            new SharePlaces(broker),
            ownLanes,
            this::openReader,
            clock,
            new ShareMetrics(registry));
    publishing = new Publishing(broker, rules, limits, permissions, metrics, clock, nanoClock);
    services =
        new SessionServices(
            publishing,
            new Subscribing(delivery, permissions, revoking, shares),
            new Asking(broker, rules, limits, permissions, fanOut, metrics, beside),
            new Refreshing(revoking, metrics),
            permissions,
            delivery,
            clock,
            this::closed);
    admission =
        new Admission(
            revoking, sessions, claims, services, metrics, clock, random, this::isCutOffForTooLong);
    timer =
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
    HubNode hub =
        new HubNode(broker, rules, limits, authenticator, registry, clock, System::nanoTime);
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
        admission.isClosed()
            ? Introduction.State.DRAINING
            : broker.isReady() ? Introduction.State.READY : Introduction.State.STARTING;
    return new Introduction(version, state, rulesDigest, Introduction.LEVEL);
  }

  private void tick() {
    claims.tick();
    lanes.tick(clock.instant());
  }

  @Override
  public HubLane lane(String name, ScheduledExecutorService executor, BooleanSupplier inLane) {
    return lanes.lane(name, executor, inLane);
  }

  @Override
  public HubLane ownLane() {
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
    return admission.admit(hello, (HubLane) lane, downlink);
  }

  /** Whether so much may have been revoked unheard that nobody is let in. */
  private boolean isCutOffForTooLong() {
    Duration bound = limits.admitWhileCutOff();
    return bound.isPositive() && broker.nodes().cutOff().compareTo(bound) > 0;
  }

  private void closed(LaneSession session, CloseReason reason) {
    sessions.remove(session);
    claims.release(session);
    metrics.closed(session.door(), reason);
  }

  @Override
  public CompletionStage<Outcome<Published>> publishFor(Session closed, PublishRequest request) {
    return publishing.publishLast((PublishingSession) closed, request);
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
    admission.close();
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

  /** Opens a session that reads for subscriptions that share. */
  private Session openReader(HubLane lane, String id, Downlink downlink) {
    Identity nobody = new Identity("", List.of(), null, null, List.of());
    Hello hello = new Hello("share", new Credentials.None(), null);
    LaneSession reader = new LaneSession(services, lane, id, hello, downlink, nobody, null);
    reader.ownToTheHub();
    reader.outgoing().open();
    return reader;
  }
}
