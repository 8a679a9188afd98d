package io.polyhub.hub.session;

import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.hub.lane.HubLane;
import io.polyhub.hub.lane.LaneWriter;
import io.polyhub.hub.lane.MemberEvent;
import org.jspecify.annotations.Nullable;

/**
 * What goes from the hub to one client: at once while its downlink takes it, else by way of the
 * outbox or the log. Confined to the session's lane.
 */
final class Outgoing implements LaneWriter {

  private final Delivery delivery;
  private final ServedSession session;
  private final HubLane lane;
  private final Downlink downlink;
  private @Nullable Outbox outbox;
  private @Nullable Replays replays;
  private boolean blocked;
  private boolean dirty;
  private boolean tooSlow;
  private boolean open;

  Outgoing(Delivery delivery, ServedSession session, HubLane lane, Downlink downlink) {
    this.delivery = delivery;
    this.session = session;
    this.lane = lane;
    this.downlink = downlink;
  }

  /** The session that it belongs to. */
  ServedSession session() {
    return session;
  }

  /** A live publication for one of its subscriptions. */
  void offer(LaneSubscription subscription, Publication publication) {
    if (tooSlow || !session.isOpen()) {
      return;
    }
    if (!blocked && give(subscription, publication, Downlink.Source.LIVE)) {
      subscription.took(publication);
      return;
    }
    Rule rule = delivery.rules().find(publication.channel()).orElse(null);
    if (rule == null) {
      return;
    }
    if (outbox == null) {
      outbox = new Outbox(delivery.limits().outboxBytes(), delivery.metrics());
    }
    switch (outbox.add(subscription, publication, rule)) {
      case KEPT, DROPPED -> subscription.accept(publication);
      case FELL_BEHIND -> {
        delivery.metrics().catchUp();
        subscription.fallBehind();
      }
      case TOO_SLOW -> {
        tooSlow = true;
        lane.execute(() -> session.closeByHub(CloseReason.SLOW_CONSUMER));
      }
    }
  }

  /** Offers to the downlink; remembers if it is busy. */
  private boolean give(
      LaneSubscription subscription, Publication publication, Downlink.Source source) {
    markDirty();
    if (downlink.deliver(subscription, publication, source) == Downlink.Offer.TAKEN) {
      lane.delivered();
      return true;
    }
    blocked = true;
    return false;
  }

  /** Delivers what was read from a log; tells whether it was taken. */
  boolean deliver(LaneSubscription subscription, Publication publication, Downlink.Source source) {
    if (!give(subscription, publication, source)) {
      return false;
    }
    if (source == Downlink.Source.LOG) {
      subscription.took(publication);
    }
    return true;
  }

  /** Whether the downlink was busy and has not said that it is ready. */
  boolean isBlocked() {
    return blocked;
  }

  /** The downlink can take publications again. */
  void ready() {
    if (!blocked || !session.isOpen()) {
      return;
    }
    blocked = false;
    Outbox waiting = outbox;
    if (waiting != null) {
      Outbox.Entry entry = waiting.first();
      while (entry != null) {
        if (!give(entry.subscription, entry.publication, Downlink.Source.LIVE)) {
          return;
        }
        entry.subscription.took(entry.publication);
        waiting.removeFirst();
        entry = waiting.first();
      }
      outbox = null;
    }
    if (replays != null) {
      replays.schedule();
    }
  }

  /** The subscription goes on from the log. */
  void replay(LaneSubscription subscription) {
    if (replays == null) {
      replays = new Replays(session, this, delivery.broker(), delivery.retry(Replays.PATIENCE));
    }
    replays.add(subscription);
  }

  /** Somebody came to a channel, or left it. */
  void tell(LaneSubscription subscription, MemberEvent event) {
    if (tooSlow || !session.isOpen()) {
      return;
    }
    if (event.joined()) {
      downlink.joined(subscription, event.channel(), event.member());
    } else {
      downlink.left(subscription, event.channel(), event.member());
    }
    markDirty();
  }

  /** A message past all channels. */
  Downlink.Direct message(byte[] payload) {
    if (!open || tooSlow || !session.isOpen()) {
      return Downlink.Direct.BUSY;
    }
    Downlink.Direct outcome = downlink.message(payload);
    markDirty();
    return outcome;
  }

  /** Asks for new credentials; tells whether the client could be asked. */
  boolean askForCredentials() {
    if (!open || !session.isOpen() || !downlink.askForCredentials()) {
      return false;
    }
    markDirty();
    return true;
  }

  private void markDirty() {
    if (!dirty) {
      dirty = true;
      lane.flushLater(this);
    }
  }

  @Override
  public void flush() {
    dirty = false;
    if (session.isOpen()) {
      downlink.flush();
    }
  }

  /** The hub has ended a subscription. */
  void unsubscribed(LaneSubscription subscription, UnsubscribeReason reason) {
    downlink.unsubscribed(subscription, reason);
    markDirty();
  }

  /** Nothing waits on the subscription any more. */
  void forget(LaneSubscription subscription) {
    if (outbox != null) {
      outbox.removeAll(subscription);
    }
  }

  /** Nothing waits any more. */
  void clear() {
    if (outbox != null) {
      outbox.clear();
      outbox = null;
    }
  }

  /** The adapter is given the session; from now on the downlink may be called. */
  void open() {
    open = true;
  }

  /** The session has been closed by the hub. */
  void close(CloseReason reason) {
    if (open) {
      downlink.close(reason);
    }
  }
}
