package io.polyhub.hub.share;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.hub.lane.Await;
import io.polyhub.hub.lane.Deadlines;
import io.polyhub.hub.lane.HubLane;
import io.polyhub.hub.share.ShareRecoveries.Recovery;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions of this node that share what one filter matches. It reads as a subscription of
 * its own, of a session of the hub's own, and is that session's downlink: so where no member has
 * room its publications wait, overflow and are read again from the log as those of any slow client.
 * Each that this node is to deal with is handed to one member, in turn.
 *
 * <p>All but {@link #join}, {@link #leave}, {@link #giveBack}, {@link #roomMade} and {@link #place}
 * only in its lane.
 */
final class Share implements Downlink {

  /** How often the place is stored and told to other nodes. */
  static final Duration TELL = Duration.ofMillis(500);

  /** How many of these pass until a share is told of again though nothing has changed. */
  static final int RENEW = 10;

  /** The most nodes of which it is remembered that they ended while this share began. */
  static final int EARLY_MAX = 64;

  private static final Duration RESTART = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(Share.class);

  private final ShareReaders readers;
  private final InstantSource clock;
  private final Shares shares;
  private final ShareKey key;
  private final HubLane lane;
  private final long life;
  private final ShareView view;
  private final ShareRecoveries recoveries;
  private final SharePeers peers;
  private final List<ShareMember> members = new ArrayList<>(2);
  private final List<ShareMember> active = new ArrayList<>(2);
  private final Deque<Publication> returned = new ArrayDeque<>();
  private @Nullable CompletableFuture<Outcome<Subscribed>> begun;
  private @Nullable Session reader;
  private @Nullable Subscription subscription;
  private Deadlines.@Nullable Deadline nextTell;

  /** What was said while it began, by node. */
  private final Map<String, ShareMessage.Leaves> early = new LinkedHashMap<>();

  private long untilMillis;

  /** What is stored of it, as far as it knows. */
  private SharePlaces.@Nullable Place stored;

  private int turn;
  private boolean hasBegun;
  private boolean over;
  private volatile boolean starving;
  private volatile Cursor place = Cursor.EMPTY;
  private Cursor told = Cursor.EMPTY;
  private Cursor toldBefore = Cursor.EMPTY;
  private Cursor start = Cursor.EMPTY;
  private int tells;
  private long number;

  Share(
      ShareReaders readers,
      InstantSource clock,
      ShareMetrics metrics,
      Shares shares,
      ShareKey key,
      HubLane lane,
      String self,
      long life) {
    this.readers = readers;
    this.clock = clock;
    this.shares = shares;
    this.key = key;
    this.lane = lane;
    this.life = life;
    view = new ShareView(self);
    recoveries = new ShareRecoveries(clock, metrics, lane, key.filter(), view);
    peers = new SharePeers(self, view, recoveries);
  }

  /** Which of this node's shares under its key it is. */
  long life() {
    return life;
  }

  HubLane lane() {
    return lane;
  }

  ShareKey key() {
    return key;
  }

  /** How far it is. Any thread. */
  Cursor place() {
    return place;
  }

  // Members

  /**
   * Takes a member in, and begins if it is the first. Gives what the share began with; nothing is
   * handed to the member before {@link #activate}. Empty if the share has just ended. Any thread.
   */
  CompletionStage<Optional<Outcome<Subscribed>>> join(
      ShareMember member, SubscribeRequest.Start start, Duration outlives) {
    CompletableFuture<Optional<Outcome<Subscribed>>> joined = new CompletableFuture<>();
    lane.execute(() -> {
      if (over) {
        joined.complete(Optional.empty());
        return;
      }
      members.add(member);
      outlives(outlives);
      CompletableFuture<Outcome<Subscribed>> beginning = begun;
      if (beginning == null) {
        beginning = new CompletableFuture<>();
        begun = beginning;
        new ShareBeginning(clock, shares, this, start, beginning).start();
      }
      var _ =
          beginning.thenAccept(outcome -> {
            Runnable complete = () -> joined.complete(Optional.of(outcome));
            boolean isKept = stored != null && stored.untilMillis() > clock.millis();
            if (outcome instanceof Outcome.Done<Subscribed> && outlives.isPositive() && !isKept) {
              // Else who leaves and comes back at once would find no place.
              Await.inLane(lane, store(safe(told)), done -> complete.run(), complete, log);
            } else {
              complete.run();
            }
          });
    });
    return joined;
  }

  private void outlives(Duration outlives) {
    if (outlives.isPositive()) {
      untilMillis = Math.max(untilMillis, until(outlives));
    }
  }

  private long until(Duration outlives) {
    return clock.millis() + outlives.toMillis();
  }

  /** Until when the place is kept if all that are there went now; in the past if it is not. */
  private long untilMillis() {
    for (ShareMember member : members) {
      outlives(member.outlives());
    }
    return untilMillis;
  }

  /**
   * Stores the place, or a lower one from which it counts on other nodes: should all go before they
   * hear of each other, whoever comes next begins with it.
   */
  private CompletionStage<Void> store(Cursor upTo) {
    SharePlaces.Place kept = new SharePlaces.Place(peers.lowest(upTo), untilMillis());
    stored = kept;
    return kept.cursor().positions().isEmpty()
        ? CompletableFuture.completedStage(null)
        : shares.places().put(key, kept);
  }

  /** Whether another place is to be stored, or the one that is for longer. */
  private boolean isWorthStoring(Cursor upTo) {
    long now = clock.millis();
    long until = untilMillis();
    SharePlaces.Place last = stored;
    return until > now
        && (last == null
            || !last.cursor().equals(peers.lowest(upTo))
            || until - last.untilMillis() > (until - now) / 2);
  }

  /** The member's client was told that it is subscribed. */
  void activate(ShareMember member) {
    lane.execute(() -> {
      if (members.contains(member)) {
        active.add(member);
        go();
      }
    });
  }

  /** A member is gone. Any thread. */
  void leave(ShareMember member, Duration outlives) {
    lane.execute(() -> {
      active.remove(member);
      if (members.remove(member)) {
        outlives(outlives);
        if (members.isEmpty()) {
          end();
        } else {
          go();
        }
      }
    });
  }

  private void end() {
    place = safe(place);
    over = true;
    if (untilMillis > clock.millis()) {
      var _ = store(place);
    } else if (untilMillis > 0) {
      var _ = shares.places().remove(key);
    }
    // Also if nobody else is known of: others may still know of this one.
    shares.ended(this, place, peers.countsOn());
    Session session = reader;
    if (session != null) {
      session.close(CloseReason.CLIENT_CLOSED);
    }
    Deadlines.Deadline tell = nextTell;
    if (tell != null) {
      lane.cancel(tell);
    }
  }

  /** Up to where all that is this node's was handed out, and nothing came back. */
  private Cursor safe(Cursor upTo) {
    return backTo(recoveries.before(upTo), returned);
  }

  /** The place before those that nobody took. */
  static Cursor backTo(Cursor place, Collection<Publication> untaken) {
    Cursor back = place;
    for (Publication publication : untaken) {
      Position position = publication.position();
      if (position != null && back.covers(position)) {
        back = back.with(new Position(position.epoch(), position.offset() - 1));
      }
    }
    return back;
  }

  // Handing out

  /** A member gives back what its client did not take or did not keep. Any thread. */
  void giveBack(Publication publication) {
    lane.execute(() -> {
      if (over) {
        shares.orphaned(key, publication);
      } else {
        returned.add(publication);
        go();
      }
    });
  }

  /** Some member may have room. Any thread. */
  void roomMade() {
    if (starving) {
      lane.execute(this::go);
    }
  }

  private void go() {
    starving = false;
    if (handReturned() && reader != null) {
      reader.ready();
    }
  }

  private boolean handReturned() {
    while (!returned.isEmpty()) {
      ShareMember member = next();
      if (member == null) {
        return false;
      }
      member.hand(returned.remove());
    }
    return true;
  }

  /** The next member that has room, in turn; null if none has. */
  private @Nullable ShareMember next() {
    ShareMember member = find();
    if (member == null) {
      starving = true;
      member = find(); // one may have made room before it saw that somebody waits for it
    }
    return member;
  }

  private @Nullable ShareMember find() {
    for (int i = 0; i < active.size(); i++) {
      turn = (turn + 1) % active.size();
      if (active.get(turn).hasRoom()) {
        return active.get(turn);
      }
    }
    return null;
  }

  private Offer hand(Publication publication) {
    if (!handReturned()) {
      return Offer.BUSY;
    }
    ShareMember member = next();
    if (member == null) {
      return Offer.BUSY;
    }
    member.hand(publication);
    return Offer.TAKEN;
  }

  @Override
  public Offer deliver(Subscription by, Publication publication, Source source) {
    if (by.attachment() instanceof Recovery recovery) {
      return recoveries.isOurs(recovery, by, publication, source) ? hand(publication) : Offer.TAKEN;
    }
    return view.isOurs(publication) ? hand(publication) : Offer.TAKEN;
  }

  // Reading

  /** The session that reads for it; made once for each beginning. */
  Session newReader() {
    Session made = readers.open(lane, key.name(), this);
    reader = made;
    return made;
  }

  /** It has begun. */
  void began(
      Subscription by, Shares.Answered others, Cursor from, SharePlaces.@Nullable Place kept) {
    subscription = by;
    hasBegun = true;
    start = from;
    place = by.cursor();
    told = place;
    toldBefore = place;
    stored = kept;
    untilMillis = Math.max(untilMillis, kept == null ? 0 : kept.untilMillis());
    peers.join(others.members(), others.ended(), from);
    recoveries.readBy(reader);
    early.forEach((node, leaves) -> peers.leaves(node, leaves, place));
    early.clear();
    peers.keepOnly(shares.live(), place);
    tellHere();
    tellLater();
  }

  /**
   * Tells other nodes that there are members here, and where it was some time ago: if this node
   * dies they go on from there, as what was handed out since may not be acknowledged.
   */
  void tellHere() {
    if (hasBegun && !over) {
      shares.tellHere(
          new ShareMessage.Here(
              key, safe(told), life, start, view.nodes(), peers.countsOn(), ++number));
    }
  }

  @Override
  public void flush() {
    Subscription by = subscription;
    if (by != null) {
      place = by.cursor();
      view.passed(place);
      recoveries.look();
    }
  }

  private void tellLater() {
    nextTell = lane.at(clock.instant().plus(TELL), this::tell);
  }

  /**
   * Stores and tells the place, and tells it now and then though it is the same: whoever has not
   * heard before hears then. Stored is where it was some time ago: what was handed out since may
   * not yet be acknowledged, nor be noted by the sessions of those that have it.
   */
  private void tell() {
    flush();
    boolean renews = ++tells % RENEW == 0;
    if (renews) {
      peers.keepOnly(shares.live(), place);
    }
    if ((!told.equals(toldBefore) && !view.isAlone()) || renews) {
      tellHere();
    }
    if (isWorthStoring(safe(told))) {
      var _ = store(safe(told));
    }
    toldBefore = told;
    told = safe(place);
    tellLater();
  }

  // Other nodes

  boolean isOver() {
    return over;
  }

  /** A node comes that had no members; gives what it must know, or null while this one begins. */
  ShareView.@Nullable Before comes(String node, long itsLife) {
    if (!hasBegun) {
      return null;
    }
    flush();
    return peers.comes(node, itsLife, place, safe(told), life);
  }

  /** A node tells that it has members, and how far it is. */
  void isHere(String node, ShareMessage.Here told) {
    if (hasBegun) {
      flush();
      peers.isHere(node, told, place);
    }
  }

  /**
   * A node tells that it has no members. Gives whether that was taken note of; if not, it is to be
   * told again.
   */
  boolean leaves(String node, ShareMessage.Leaves told) {
    if (hasBegun) {
      flush();
      peers.leaves(node, told, place);
      return true;
    }
    if (early.size() < EARLY_MAX || early.containsKey(node)) {
      early.put(node, told);
      return true;
    }
    return false;
  }

  /** A node is taken for dead. */
  void gone(String node) {
    if (hasBegun && !over) {
      flush();
      peers.gone(node, Cursor.EMPTY, place);
    }
  }

  // What happens to the reader

  @Override
  public void unsubscribed(Subscription by, UnsubscribeReason reason) {
    if (by.attachment() instanceof Recovery recovery) {
      recoveries.ended(recovery);
    } else if (by.equals(subscription)) {
      log.warn("Shared subscriptions to {} lagged behind what history keeps", key.filter());
      restart();
    }
  }

  @Override
  public void close(CloseReason reason) {
    log.info("What reads for shared subscriptions to {} is restarted: {}", key.filter(), reason);
    restart();
  }

  /** Reads on from where it was, in a while. */
  private void restart() {
    subscription = null;
    recoveries.readBy(null);
    lane.at(
        clock.instant().plus(RESTART),
        () -> {
          Session before = reader;
          if (over || before == null) {
            return;
          }
          before.close(CloseReason.CLIENT_CLOSED);
          starving = false;
          ShareBeginning.readOn(newReader(), key.filter(), place)
              .thenAccept(outcome -> {
                switch (outcome) {
                  case Outcome.Done<Subscribed>(Subscribed subscribed) -> {
                    subscription = subscribed.subscription();
                    recoveries.readBy(reader);
                  }
                  case Outcome.Refused<Subscribed> refused -> restart();
                }
              });
        });
  }

  @Override
  public void joined(Subscription by, String channel, Member member) {
    // It does not ask.
  }

  @Override
  public void left(Subscription by, String channel, Member member) {
    // It does not ask.
  }

  @Override
  public Direct message(byte[] payload) {
    return Direct.NOT_POSSIBLE;
  }

  @Override
  public boolean askForCredentials() {
    return false;
  }
}
