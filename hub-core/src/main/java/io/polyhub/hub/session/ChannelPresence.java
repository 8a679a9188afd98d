package io.polyhub.hub.session;

import io.polyhub.broker.Broker;
import io.polyhub.channel.Member;
import java.util.List;

/**
 * Where sessions are present: once on a channel, however many subscriptions a session has to it.
 * The member is kept by one of those subscriptions. Confined to the session's lane.
 */
final class ChannelPresence {

  private ChannelPresence() {}

  /**
   * A subscription to a single channel with presence has begun.
   *
   * @param live the subscriptions of its session
   */
  static void joined(
      Broker broker, List<LaneSubscription> live, LaneSubscription subscription, Member member) {
    for (LaneSubscription other : live) {
      if (other.member() != null && other.filter().equals(subscription.filter())) {
        return;
      }
    }
    subscription.member(member);
    broker.join(subscription.filter().text(), member);
  }

  /**
   * A subscription has ended.
   *
   * @param live the other subscriptions of its session
   */
  static void left(Broker broker, List<LaneSubscription> live, LaneSubscription subscription) {
    Member member = subscription.member();
    if (member == null) {
      return;
    }
    subscription.member(null);
    for (LaneSubscription other : live) {
      if (other.filter().equals(subscription.filter())) {
        other.member(member);
        return;
      }
    }
    broker.leave(subscription.filter().text(), member);
  }
}
