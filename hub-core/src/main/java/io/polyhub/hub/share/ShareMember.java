package io.polyhub.hub.share;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A subscription among those that share: takes what the share hands it to its client, and gives
 * back what the client does not take at once, so that nothing waits for a slow one while another
 * has room. The share's lane hands, the session's lane takes; what they have in common is safe for
 * both.
 */
public final class ShareMember {

  /** The most publications on their way from the share to one member's lane. */
  static final int HANDED_MAX = 64;

  private final Share share;
  private final SharingSubscription subscription;
  private final Queue<Publication> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger handed = new AtomicInteger();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean blocked;
  private volatile boolean over;
  private volatile Duration outlives;

  ShareMember(Share share, SharingSubscription subscription, Duration outlives) {
    this.outlives = outlives;
    this.share = share;
    this.subscription = subscription;
  }

  /** How far the share is. Any thread. */
  public Cursor place() {
    return share.place();
  }

  /** Its client was told that it is subscribed. */
  public void activate() {
    share.activate(this);
  }

  /** Gives back what its client did not take or did not keep. Any thread. */
  public void handBack(Publication publication) {
    share.giveBack(publication);
  }

  /** Whether it may be handed a publication. */
  boolean hasRoom() {
    return !blocked && !over && handed.get() < HANDED_MAX;
  }

  /** Hands it a publication; in the share's lane. */
  void hand(Publication publication) {
    handed.incrementAndGet();
    queue.add(publication);
    if (!scheduled.getAndSet(true)) {
      subscription.lane().execute(this::take);
    }
  }

  private void take() {
    scheduled.set(false);
    Publication next = queue.peek();
    while (next != null) {
      if (over || !subscription.isReceiving()) {
        giveBackAll();
        return;
      }
      if (!subscription.take(next)) {
        blocked = true;
        giveBackAll();
        return;
      }
      queue.remove();
      handed.decrementAndGet();
      next = queue.peek();
    }
    share.roomMade();
  }

  /** The client takes publications again; in the session's lane. */
  public void ready() {
    if (blocked) {
      blocked = false;
      share.roomMade();
    }
  }

  /** How long it keeps the share's place after its end; in the session's lane. */
  public void outlives(Duration duration) {
    outlives = duration;
  }

  /** How long it keeps the share's place after its end. Any thread. */
  Duration outlives() {
    return outlives;
  }

  /** It is over; in the session's lane, once. */
  public void leave() {
    over = true;
    giveBackAll();
    share.leave(this, outlives);
  }

  private void giveBackAll() {
    Publication next = queue.poll();
    while (next != null) {
      handed.decrementAndGet();
      share.giveBack(next);
      next = queue.poll();
    }
  }
}
