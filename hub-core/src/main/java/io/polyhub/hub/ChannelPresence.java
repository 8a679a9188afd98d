package io.polyhub.hub;

import io.polyhub.broker.Broker;
import io.polyhub.channel.Member;

/**
 * Where sessions are present: once on a channel, however many subscriptions a session has to it.
 * The member is kept by one of those subscriptions. Only in the session's lane.
 */
final class ChannelPresence {

  private ChannelPresence() {}

  /** A subscription to a single channel with presence has begun. */
  static void joined(Broker broker, LaneSubscription subscription, Member member) {
    for (LaneSubscription other : subscription.session().live()) {
      if (other.member() != null && other.filter().equals(subscription.filter())) {
        return;
      }
    }
    subscription.member(member);
    broker.join(subscription.filter().text(), member);
  }

  /** A subscription has ended, and is not among the session's any more. */
  static void left(Broker broker, LaneSubscription subscription) {
    Member member = subscription.member();
    if (member == null) {
      return;
    }
    subscription.member(null);
    for (LaneSubscription other : subscription.session().live()) {
      if (other.filter().equals(subscription.filter())) {
        other.member(member);
        return;
      }
    }
    broker.leave(subscription.filter().text(), member);
  }
}
