package io.polyhub.mqtt.session;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.SharedFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One subscription of a client, as its session keeps it: it outlives the connection if the session
 * does. Confined to the lane of the connection that the session belongs to.
 */
public final class ClientSubscription {

  public static final int[] NO_IDS = {};

  private final ChannelFilter filter;
  private final @Nullable String share;
  private final long order;
  private Packet.TopicFilter options;
  private int identifier;
  private boolean wantsCursor;
  private int qosCeiling = 2;
  private Cursor resume = Cursor.EMPTY;
  private Cursor origin = Cursor.EMPTY;
  private @Nullable Subscription live;
  private @Nullable Subscription last;
  private boolean held;
  private Cursor sentBefore = Cursor.EMPTY;
  private Map<Position, Unacknowledged> unacknowledged = Map.of();
  private List<ClientSubscription> overlapping = List.of();

  /**
   * Makes one that is not yet in force.
   *
   * @param order rises with each subscription of a session
   */
  ClientSubscription(SharedFilter filter, long order, Packet.TopicFilter options, int identifier) {
    this.filter = filter.filter();
    share = filter.share();
    this.order = order;
    this.options = options;
    this.identifier = identifier;
  }

  public ChannelFilter filter() {
    return filter;
  }

  /** The topic filter as the client writes it, which names the subscription in its session. */
  public String name() {
    return options.filter();
  }

  /** The name under which it shares with others, or null. */
  @Nullable
  public String share() {
    return share;
  }

  /** Gives what the client did not acknowledge to another one that shares. Thread-safe. */
  void handBack(Publication publication) {
    Subscription handed = last;
    if (handed != null && share != null) {
      handed.handBack(publication);
    }
  }

  /** The session is kept for that long after the connection. */
  void outlives(Duration duration) {
    Subscription subscription = live;
    if (subscription != null) {
      subscription.outlives(duration);
    }
  }

  public Packet.TopicFilter options() {
    return options;
  }

  /** The subscription identifier, or 0. */
  public int identifier() {
    return identifier;
  }

  public int grantedQos() {
    return Math.min(options.qos(), qosCeiling);
  }

  public boolean wantsCursor() {
    return wantsCursor;
  }

  /**
   * Whether deliveries on it wait, for its SUBACK or because another is about to take its place.
   */
  public boolean isHeld() {
    return held;
  }

  public void hold(boolean value) {
    held = value;
  }

  /** Takes the options of a repeated SUBSCRIBE. */
  public void change(Packet.TopicFilter newOptions, int newIdentifier, boolean newWantsCursor) {
    options = newOptions;
    identifier = newIdentifier;
    wantsCursor = newWantsCursor;
  }

  /** It is in force in the hub, from that cursor. */
  public void begin(Subscribed subscribed) {
    goOn(subscribed);
    unacknowledged = Map.of();
    sentBefore = Cursor.EMPTY;
    origin = subscribed.cursor();
    resume = origin;
  }

  /**
   * It is in force again after a reconnect, without a gap.
   *
   * <p>The QoS that can be kept is 0 on channels of which nothing is stored. A filter with
   * wildcards that reaches stored channels too is granted what was asked, and each publication
   * comes with what its own channel can keep.
   */
  public void goOn(Subscribed subscribed) {
    live = subscribed.subscription();
    last = live;
    boolean none =
        filter.exact() ? subscribed.guarantee() == Guarantee.AT_MOST_ONCE : !subscribed.history();
    qosCeiling = none ? 0 : 2;
  }

  /** Takes the place and the QoS that a stored session had. */
  void restore(StoredSubscription stored) {
    resume = stored.acknowledged();
    origin = resume;
    qosCeiling = stored.grantedQos() < options.qos() ? stored.grantedQos() : 2;
    sentBefore = share == null ? stored.taken() : Cursor.EMPTY;
    unacknowledged = new LinkedHashMap<>();
    for (Unacknowledged one : stored.unacknowledged()) {
      unacknowledged.put(one.position(), one);
    }
  }

  /**
   * Whether the client was sent that publication by an earlier connection and has acknowledged it,
   * although it is read again because others before it were not.
   */
  public boolean isDone(Publication publication) {
    Position position = publication.position();
    return position != null && sentBefore.covers(position) && !unacknowledged.containsKey(position);
  }

  /** What the client may know of that publication from an earlier connection, or null. */
  public @Nullable Unacknowledged unacknowledged(Publication publication) {
    Position position = publication.position();
    return position == null ? null : unacknowledged.get(position);
  }

  /** The publication is sent again, or need not be. */
  public void settled(Publication publication) {
    if (!unacknowledged.isEmpty()) {
      unacknowledged.remove(publication.position());
    }
  }

  /** What an earlier connection has sent, that is not acknowledged, and not yet sent again. */
  public Collection<Unacknowledged> unacknowledged() {
    return unacknowledged.values();
  }

  /** Nothing of it can be found any more. */
  public void nothingToRepeat() {
    unacknowledged = Map.of();
  }

  /** The place up to which the client was sent everything, by this connection or an earlier one. */
  Cursor taken() {
    return cursor().advancedTo(sentBefore);
  }

  public boolean isLive(Subscription subscription) {
    return subscription.equals(live);
  }

  /** Ends it in the hub. */
  public void cancel() {
    Subscription subscription = live;
    live = null;
    if (subscription != null) {
      subscription.cancel();
    }
  }

  /** The connection has ended: keeps the place from where to go on. */
  void detach() {
    resume = cursor();
    live = null;
    held = false;
  }

  /** The place after what was taken. */
  public Cursor cursor() {
    Subscription subscription = live;
    return subscription == null ? resume : subscription.cursor();
  }

  /** Notes which others may match the same channels. */
  void overlapWith(Iterable<ClientSubscription> others) {
    if (share != null) {
      return; // what it is handed nobody else gets, so it yields to nothing
    }
    for (ClientSubscription other : others) {
      if (other.share != null) {
        continue;
      }
      boolean both = filter.exact() && other.filter.exact();
      if (other != this && !both && filter.overlaps(other.filter)) {
        addOverlap(other);
        other.addOverlap(this);
      }
    }
  }

  private void addOverlap(ClientSubscription other) {
    if (overlapping.isEmpty()) {
      overlapping = new ArrayList<>(2);
    }
    overlapping.add(other);
  }

  /** It is over: the others forget it. */
  void forget() {
    for (ClientSubscription other : overlapping) {
      other.overlapping.remove(this);
    }
    overlapping = List.of();
  }

  /**
   * Whether another subscription of the session delivers this publication: the one with the highest
   * QoS does, of equal ones the oldest. So a client with overlapping subscriptions gets each
   * publication once (section 3.3.4).
   */
  public boolean yieldsTo(Publication publication, String ownSession) {
    for (ClientSubscription other : overlapping) {
      boolean stronger =
          other.grantedQos() > grantedQos()
              || (other.grantedQos() == grantedQos() && other.order < order);
      if (stronger && other.alsoDelivers(publication, ownSession)) {
        return true;
      }
    }
    return false;
  }

  /** The identifiers of this subscription and of all that match too. */
  public int[] identifiersFor(Publication publication, String ownSession) {
    int[] ids = identifier == 0 ? NO_IDS : new int[] {identifier};
    for (ClientSubscription other : overlapping) {
      if (other.identifier != 0 && other.alsoDelivers(publication, ownSession)) {
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = other.identifier;
      }
    }
    return ids;
  }

  private boolean alsoDelivers(Publication publication, String ownSession) {
    if (live == null || !filter.matches(publication.channel())) {
      return false;
    }
    if (options.noLocal()
        && publication.publisher() != null
        && publication.publisher().session().equals(ownSession)) {
      return false;
    }
    Position position = publication.position();
    return position == null || !origin.covers(position);
  }
}
