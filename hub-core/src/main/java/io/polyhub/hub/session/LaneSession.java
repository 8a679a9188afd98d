package io.polyhub.hub.session;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.hub.ChannelsPage;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.History;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.LastValuesPage;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.hub.lane.Deadlines;
import io.polyhub.hub.lane.HubLane;
import io.polyhub.hub.nodes.NodeSession;
import io.polyhub.hub.nodes.RefusedCertificates;
import io.polyhub.hub.share.ShareMember;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import io.polyhub.net.RateLimit;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session and what it holds. All but its id, lane, door, user's name and exclusive key in its
 * lane.
 */
final class LaneSession implements ServedSession, PublishingSession, NodeSession {

  private static final Logger log = LoggerFactory.getLogger(LaneSession.class);

  private final SessionServices services;
  private final HubLane lane;
  private final String id;
  private final String door;
  private final @Nullable String exclusiveKey;
  private final Outgoing outgoing;
  private final String userName;
  private final @Nullable User user;
  private Identity identity;

  /** The certificate that it was admitted by, while nothing else stands in its place. */
  private volatile @Nullable X509Certificate certificate;

  private final List<LaneSubscription> subscriptions = new ArrayList<>(1);
  private Deadlines.@Nullable Deadline expiry;
  private @Nullable RateLimit publishRate;
  private int inFlight;
  private boolean open = true;
  private boolean ofTheHub;

  /** Made when somebody first asks for it, or at the end. */
  private @Nullable CompletableFuture<Void> ended;

  LaneSession(
      SessionServices services,
      HubLane lane,
      String id,
      Hello hello,
      Downlink downlink,
      Identity identity,
      @Nullable User user) {
    this.services = services;
    this.lane = lane;
    this.id = id;
    this.outgoing = new Outgoing(services.delivery(), this, lane, downlink);
    this.identity = identity;
    this.userName = identity.user();
    this.user = user;
    // Not the rest of what it said: credentials are not kept longer than they are needed. A
    // certificate may be listed as revoked later, and is in memory as part of its connection.
    certificate = RefusedCertificates.certificate(hello.credentials());
    door = hello.door();
    String key = hello.exclusiveKey();
    exclusiveKey = key == null ? null : userName + '\0' + door + '\0' + key;
    expireAt(identity.expiresAt());
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public HubLane lane() {
    return lane;
  }

  @Override
  public Identity identity() {
    return identity;
  }

  @Override
  public String door() {
    return door;
  }

  /** The certificate that it was admitted by, or null. Thread-safe. */
  @Nullable X509Certificate certificate() {
    return certificate;
  }

  @Override
  public @Nullable String exclusiveKey() {
    return exclusiveKey;
  }

  @Override
  public String userName() {
    return userName;
  }

  @Override
  public @Nullable User user() {
    return user;
  }

  @Override
  public Instant now() {
    return services.clock().instant();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  // Publishing

  @Override
  public CompletionStage<Outcome<Published>> publish(PublishRequest request) {
    return open ? services.publishing().publish(this, request) : refused(Refusal.SHUTTING_DOWN);
  }

  @Override
  public boolean mayPublish(String channel) {
    return services.publishing().mayPublish(identity, channel);
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public void inFlight(int change) {
    inFlight += change;
  }

  @Override
  public RateLimit publishRate(long nowNanos) {
    RateLimit rate = publishRate;
    if (rate == null) {
      rate = new RateLimit(services.delivery().limits().publishesPerSecondPerSession(), nowNanos);
      publishRate = rate;
    }
    return rate;
  }

  // Subscribing

  @Override
  public CompletionStage<Outcome<Subscribed>> subscribe(SubscribeRequest request) {
    return open ? services.subscribing().subscribe(this, request) : refused(Refusal.SHUTTING_DOWN);
  }

  @Override
  public Collection<Subscription> subscriptions() {
    return Collections.unmodifiableCollection(new ArrayList<>(subscriptions));
  }

  int subscriptionCount() {
    return subscriptions.size();
  }

  /**
   * Adds a subscription to the index. Completes when the broker will bring everything on its
   * channels.
   */
  CompletionStage<Void> add(LaneSubscription subscription) {
    subscriptions.add(subscription);
    CompletionStage<Void> watched = lane.add(subscription);
    services.delivery().metrics().subscribed();
    return watched;
  }

  /** Adds a subscription that shares, and so is not in the index. */
  void addSharing(LaneSubscription subscription) {
    subscriptions.add(subscription);
    services.delivery().metrics().subscribed();
  }

  @Override
  public void cancel(LaneSubscription subscription) {
    if (!subscription.isActive()) {
      return;
    }
    subscription.outlives(Duration.ZERO);
    subscription.end();
    if (lane.isDelivering()) {
      lane.execute(() -> release(subscription));
    } else {
      release(subscription);
    }
  }

  private void release(LaneSubscription subscription) {
    if (!subscriptions.remove(subscription)) {
      return;
    }
    free(subscription);
  }

  private void free(LaneSubscription subscription) {
    lane.remove(subscription);
    ShareMember share = subscription.share();
    if (share != null) {
      share.leave();
    }
    Deadlines.Deadline deadline = subscription.deadline();
    if (deadline != null) {
      lane.cancel(deadline);
    }
    outgoing.forget(subscription);
    ChannelPresence.left(services.delivery().broker(), subscriptions, subscription);
    services.delivery().metrics().unsubscribed();
  }

  @Override
  public void end(LaneSubscription subscription, UnsubscribeReason reason) {
    if (subscription.isActive()) {
      cancel(subscription);
      outgoing.unsubscribed(subscription, reason);
    }
  }

  @Override
  public CompletionStage<Outcome<Expiry>> refreshSubscription(
      Subscription subscription, String token) {
    return open
        ? services
            .refreshing()
            .subscription(
                this, subscription, token, end -> expireAt((LaneSubscription) subscription, end))
        : refused(Refusal.SHUTTING_DOWN);
  }

  /** Sets when permission to subscribe ends. */
  void expireAt(LaneSubscription subscription, @Nullable Instant at) {
    Deadlines.Deadline before = subscription.deadline();
    if (before != null) {
      lane.cancel(before);
    }
    subscription.deadline(
        at == null ? null : lane.at(at, () -> end(subscription, UnsubscribeReason.EXPIRED)));
  }

  @Override
  public boolean receives(String channel) {
    for (LaneSubscription subscription : subscriptions) {
      if (subscription.isActive() && subscription.filter().matches(channel)) {
        return true;
      }
    }
    return false;
  }

  /** The subscription to a single channel with presence has begun. */
  void join(LaneSubscription subscription, byte @Nullable [] channelInfo) {
    ChannelPresence.joined(
        services.delivery().broker(),
        subscriptions,
        subscription,
        new Member(id, identity.user(), door(), identity.info(), channelInfo));
  }

  // Asking

  @Override
  public CompletionStage<Outcome<History>> history(HistoryRequest request) {
    return open ? services.asking().history(this, request) : refused(Refusal.SHUTTING_DOWN);
  }

  @Override
  public CompletionStage<Outcome<PresentMembers>> presence(String channel) {
    return open ? services.asking().presence(this, channel) : refused(Refusal.SHUTTING_DOWN);
  }

  @Override
  public CompletionStage<Outcome<PresenceStats>> presenceStats(String channel) {
    return open ? services.asking().presenceStats(this, channel) : refused(Refusal.SHUTTING_DOWN);
  }

  @Override
  public CompletionStage<Outcome<LastValuesPage>> lastValues(
      String filter, @Nullable String after, int limit) {
    return open
        ? services.asking().lastValues(this, filter, after, limit)
        : refused(Refusal.SHUTTING_DOWN);
  }

  @Override
  public CompletionStage<Outcome<ChannelsPage>> channels(
      String filter, @Nullable String after, int limit) {
    return open
        ? services.asking().channels(this, filter, after, limit)
        : refused(Refusal.SHUTTING_DOWN);
  }

  @Override
  public Cursor cursor() {
    Cursor cursor = Cursor.EMPTY;
    for (LaneSubscription subscription : subscriptions) {
      cursor = cursor.advancedTo(subscription.cursor());
    }
    return cursor;
  }

  // Credentials

  @Override
  public CompletionStage<Outcome<Expiry>> refresh(Credentials credentials) {
    return open
        ? services
            .refreshing()
            .session(this, credentials, refreshed -> become(refreshed, credentials))
        : refused(Refusal.SHUTTING_DOWN);
  }

  /** The same user by other credentials. Ends what is no longer covered. */
  private void become(Identity refreshed, Credentials credentials) {
    identity = refreshed;
    certificate = RefusedCertificates.certificate(credentials);
    expireAt(refreshed.expiresAt());
    for (LaneSubscription subscription : List.copyOf(subscriptions)) {
      if (!mayGoOn(subscription)) {
        end(subscription, UnsubscribeReason.PERMISSION_REVOKED);
      }
    }
  }

  private boolean mayGoOn(LaneSubscription subscription) {
    return services
        .permissions()
        .mayGoOn(
            identity,
            subscription.filter(),
            // One that a channel's token permitted has an end of its own.
            subscription.deadline() != null,
            subscription.tellsMembers());
  }

  private void expireAt(@Nullable Instant at) {
    if (expiry != null) {
      lane.cancel(expiry);
    }
    expiry = at == null ? null : lane.at(at, () -> closeByHub(CloseReason.CREDENTIALS_EXPIRED));
  }

  @Override
  public boolean wantCredentials(Instant until) {
    if (!outgoing.askForCredentials()) {
      closeByHub(CloseReason.CREDENTIALS_EXPIRED);
      return false;
    }
    Instant end = identity.expiresAt();
    expireAt(end == null || end.isAfter(until) ? until : end);
    return true;
  }

  // Delivering

  @Override
  public Downlink.Direct message(byte[] payload) {
    return outgoing.message(payload);
  }

  Outgoing outgoing() {
    return outgoing;
  }

  @Override
  public void ready() {
    outgoing.ready();
    if (!outgoing.isBlocked()) {
      for (LaneSubscription subscription : subscriptions) {
        ShareMember share = subscription.share();
        if (share != null) {
          share.ready();
        }
      }
    }
  }

  // Closing

  @Override
  public void close(CloseReason reason) {
    if (!open) {
      return;
    }
    open = false;
    if (!ofTheHub) {
      services.closed().accept(this, reason);
    }
    log.debug("session {} at the {} door ended: {}", id(), door(), reason);
    if (expiry != null) {
      lane.cancel(expiry);
    }
    subscriptions.forEach(LaneSubscription::end);
    if (lane.isDelivering()) {
      lane.execute(this::release);
    } else {
      release();
    }
  }

  private void release() {
    outgoing.clear();
    List<LaneSubscription> all = List.copyOf(subscriptions);
    subscriptions.clear();
    all.forEach(this::free);
    ended().complete(null);
  }

  @Override
  public CompletableFuture<Void> ended() {
    CompletableFuture<Void> made = ended;
    if (made == null) {
      made = new CompletableFuture<>();
      ended = made;
    }
    return made;
  }

  /** It is a session of the hub's own: it may read everything, and is not counted with clients'. */
  void ownToTheHub() {
    ofTheHub = true;
  }

  boolean isOfTheHub() {
    return ofTheHub;
  }

  @Override
  public void closeByHub(CloseReason reason) {
    if (open) {
      close(reason);
      outgoing.close(reason);
    }
  }

  private static <T> CompletionStage<Outcome<T>> refused(Refusal refusal) {
    return CompletableFuture.completedFuture(Outcome.refused(refusal));
  }
}
