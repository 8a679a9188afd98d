package io.polyhub.hub.session;

import io.polyhub.broker.LogPage;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Publisher;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Lane;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.lane.Deadlines;
import io.polyhub.hub.lane.MemberEvent;
import io.polyhub.hub.lane.Recipient;
import io.polyhub.hub.share.ShareMember;
import io.polyhub.hub.share.SharingSubscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription, as a cursor that moves in one of two gears. <em>Live</em> it takes what the
 * lane's inbox brings; <em>replaying</em> it reads its log page by page at its client's pace and
 * only notes how far the live feed is. When a page reaches the top and the live feed has told of
 * nothing beyond it, the subscription goes live: because a log is readable before it is told,
 * nothing is missed, and because its cursor says what was delivered, nothing is repeated. No
 * publication is buffered for that.
 */
final class LaneSubscription extends Recipient implements Subscription, SharingSubscription {

  private enum State {
    /** Not yet acknowledged to the client. */
    STARTING,
    LIVE,
    REPLAYING,
    ENDED
  }

  private final Outgoing outgoing;
  private final ChannelFilter filter;
  private final @Nullable Object attachment;
  private final boolean joinLeave;
  private final boolean noLocal;

  /** Nothing that was published before is delivered from the log; the time in milliseconds. */
  private final long notBefore;

  private State state = State.STARTING;
  private final MovingCursor taken = new MovingCursor();

  /** How far it is including what waits in the outbox; null while nothing waits there. */
  private @Nullable MovingCursor accepted;

  private int waiting;

  /** How far the live feed was heard while not live; null if nothing was heard. */
  private @Nullable MovingCursor heard;

  private @Nullable ShareMember share;
  private @Nullable Replay replay;

  /** Its last values, as long as it is given them, which comes before all replays. */
  private @Nullable LastValueWalk lastValues;

  /** Whether nothing in the logs lay beyond where it began when that was asked. */
  private boolean beganAtTop;

  private Deadlines.@Nullable Deadline deadline;

  /**
   * What presence tells of the session on this channel, if this subscription is the one to keep it.
   */
  private @Nullable Member member;

  LaneSubscription(Outgoing outgoing, ChannelFilter filter, SubscribeRequest request) {
    this.outgoing = outgoing;
    this.filter = filter;
    this.attachment = request.attachment();
    this.joinLeave = request.joinLeave();
    this.noLocal = request.noLocal();
    this.notBefore =
        request.start() instanceof SubscribeRequest.Start.Recent recent
            ? recent.notBefore().toEpochMilli()
            : Long.MIN_VALUE;
  }

  @Override
  public ChannelFilter filter() {
    return filter;
  }

  @Override
  public Cursor cursor() {
    ShareMember member = share;
    return member == null ? taken.cursor() : member.place();
  }

  @Override
  public @Nullable Object attachment() {
    return attachment;
  }

  @Override
  public void cancel() {
    outgoing.session().cancel(this);
  }

  @Override
  public boolean isActive() {
    return state != State.ENDED;
  }

  /** Its place among those that share, if it does. */
  @Nullable ShareMember share() {
    return share;
  }

  @Override
  public void share(ShareMember member) {
    share = member;
  }

  @Override
  public Lane lane() {
    return outgoing.session().lane();
  }

  @Override
  public boolean isReceiving() {
    return isActive() && outgoing.session().isOpen();
  }

  @Override
  public boolean take(Publication publication) {
    return !outgoing.isBlocked() && outgoing.deliver(this, publication, Downlink.Source.LIVE);
  }

  /** Acknowledged, if it shares. */
  void beginToShare(ShareMember member) {
    state = State.LIVE;
    member.activate();
  }

  @Override
  public void handBack(Publication publication) {
    ShareMember member = share;
    if (member != null) {
      member.handBack(publication);
    }
  }

  @Override
  public void outlives(Duration duration) {
    if (share != null) {
      share.outlives(duration);
    }
  }

  @Nullable Member member() {
    return member;
  }

  void member(@Nullable Member value) {
    member = value;
  }

  Deadlines.@Nullable Deadline deadline() {
    return deadline;
  }

  void deadline(Deadlines.@Nullable Deadline value) {
    deadline = value;
  }

  /** About to be acknowledged: what is delivered begins after that cursor. */
  void startAt(Cursor at) {
    taken.set(at);
  }

  /**
   * Acknowledged: deliver the last values, then what lies after the cursor, then the live feed.
   *
   * @param values what comes first, or null
   * @param live whether nothing in the logs lay beyond the cursor when it was read
   */
  void begin(@Nullable LastValueWalk values, boolean live) {
    lastValues = values;
    beganAtTop = live;
    state = State.REPLAYING;
    if (values == null && replay == null && live && hasHeardNothingBeyond(taken.cursor())) {
      goLive();
    } else {
      outgoing.replay(this);
    }
  }

  private boolean hasHeardNothingBeyond(Cursor at) {
    MovingCursor beyond = heard;
    return beyond == null || at.covers(beyond.cursor());
  }

  private void goLive() {
    state = State.LIVE;
    heard = null;
    replay = null;
  }

  void end() {
    state = State.ENDED;
    replay = null;
    lastValues = null;
    heard = null;
  }

  @Override
  protected void onLive(Publication publication) {
    Position position = publication.position();
    if (position == null) {
      if (state != State.STARTING && state != State.ENDED) {
        LastValueWalk values = lastValues;
        if (values != null && publication.retained()) {
          values.overtaken(publication.channel());
        }
        if (wants(publication)) {
          outgoing.offer(this, publication);
        }
      }
      return;
    }
    switch (state) {
      case STARTING, REPLAYING -> hear(position);
      case LIVE -> {
        if (!current().covers(position)) {
          if (wants(publication)) {
            outgoing.offer(this, publication);
          } else {
            accept(publication);
          }
        }
      }
      case ENDED -> {}
    }
  }

  private void hear(Position position) {
    MovingCursor so = heard;
    if (so == null) {
      so = new MovingCursor();
      heard = so;
    }
    so.moveTo(position);
  }

  /** Whether it is to be told who comes and goes. */
  boolean tellsMembers() {
    return joinLeave;
  }

  /** Whether the page holds something that was published too long ago for it. */
  boolean reachesTooFarBack(LogPage page) {
    for (Publication publication : page.publications()) {
      if (publication.timeMillis() < notBefore) {
        return true;
      }
    }
    return false;
  }

  private boolean wants(Publication publication) {
    if (publication.timeMillis() < notBefore) {
      return false;
    }
    if (noLocal) {
      Publisher publisher = publication.publisher();
      if (publisher != null && publisher.session().equals(outgoing.session().id())) {
        return false;
      }
    }
    return publication.expiresAtMillis() == 0 || !publication.expired(outgoing.session().now());
  }

  private MovingCursor current() {
    MovingCursor ahead = accepted;
    return ahead == null ? taken : ahead;
  }

  /** The downlink took it, from wherever it came. */
  void took(Publication publication) {
    Position position = publication.position();
    if (position != null && !taken.covers(position)) {
      taken.moveTo(position);
    }
  }

  /** It is dealt with, by waiting in the outbox or by having been left out. */
  void accept(Publication publication) {
    Position position = publication.position();
    if (position == null) {
      return;
    }
    if (waiting == 0) {
      taken.moveTo(position);
      return;
    }
    MovingCursor ahead = accepted;
    if (ahead == null) {
      ahead = new MovingCursor();
      ahead.set(taken.cursor());
      accepted = ahead;
    }
    ahead.moveTo(position);
  }

  /** One more of its publications waits in the outbox. */
  void waits() {
    waiting++;
  }

  /** One fewer of its publications waits in the outbox. */
  void waitsNoMore() {
    waiting--;
    MovingCursor ahead = accepted;
    if (waiting == 0 && ahead != null) {
      taken.set(taken.cursor().advancedTo(ahead.cursor()));
      accepted = null;
    }
  }

  /** It leaves the live feed, to be served from the log. */
  void fallBehind() {
    if (state == State.LIVE) {
      state = State.REPLAYING;
      outgoing.replay(this);
    }
  }

  @Override
  protected void onGap() {
    if (!taken.cursor().positions().isEmpty()) {
      fallBehind();
    }
  }

  @Override
  protected void onMember(MemberEvent event) {
    if (joinLeave && (state == State.LIVE || state == State.REPLAYING)) {
      outgoing.tell(this, event);
    }
  }

  /** The last values that it is to be given first, or null if there are none any more. */
  @Nullable LastValueWalk lastValues() {
    return lastValues;
  }

  /** All last values were delivered; tells whether the subscription is now live. */
  boolean gaveLastValues() {
    lastValues = null;
    if (replay != null) {
      return false;
    }
    if (taken.cursor().positions().isEmpty()
        || (beganAtTop && hasHeardNothingBeyond(taken.cursor()))) {
      goLive();
      return true;
    }
    return false;
  }

  /** What is left of the page that it is replaying, or null if it has to read the next. */
  @Nullable Replay replay() {
    return replay;
  }

  /** What of a page it is to be given. */
  List<Publication> wanted(LogPage page) {
    List<Publication> wanted = new ArrayList<>(page.publications().size());
    for (Publication publication : page.publications()) {
      if (wants(publication)) {
        wanted.add(publication);
      }
    }
    return wanted;
  }

  /** A page was read for it. */
  void read(LogPage page) {
    replay = new Replay(new ArrayDeque<>(wanted(page)), page.next(), page.end());
  }

  /** The page was delivered; tells whether the subscription is now live. */
  boolean replayed(Replay done) {
    replay = null;
    taken.set(taken.cursor().advancedTo(done.next));
    if (taken.cursor().positions().isEmpty()
        || (done.end && hasHeardNothingBeyond(taken.cursor()))) {
      goLive();
      return true;
    }
    return false;
  }

  /** A page of a log that is being delivered. */
  static final class Replay {
    final Deque<Publication> publications;
    private final Cursor next;
    private final boolean end;

    private Replay(Deque<Publication> publications, Cursor next, boolean end) {
      this.publications = publications;
      this.next = next;
      this.end = end;
    }
  }
}
