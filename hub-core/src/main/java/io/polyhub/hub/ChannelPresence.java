package io.polyhub.hub;

import io.polyhub.broker.Broker;
import io.polyhub.channel.Member;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one session is present: once on a channel, however many subscriptions it has to it. Only in
 * the session's lane.
 */
final class ChannelPresence {

  private final Broker broker;
  private final LaneSession session;
  private final Map<String, Stay> stays = new HashMap<>(2);

  ChannelPresence(Broker broker, LaneSession session) {
    this.broker = broker;
    this.session = session;
  }

  /** A subscription to a single channel with presence has begun. */
  void joined(LaneSubscription subscription, byte @Nullable [] channelInfo) {
    String channel = subscription.filter().text();
    Stay stay = stays.get(channel);
    if (stay == null) {
      Member member =
          new Member(
              session.id(),
              session.identity().user(),
              session.door(),
              session.identity().info(),
              channelInfo);
      stay = new Stay(member);
      stays.put(channel, stay);
      broker.join(channel, member);
    }
    stay.subscriptions.put(subscription, Boolean.TRUE);
  }

  /** A subscription has ended; nothing happens if it was not present. */
  void left(LaneSubscription subscription) {
    String channel = subscription.filter().text();
    Stay stay = stays.get(channel);
    if (stay != null
        && stay.subscriptions.remove(subscription) != null
        && stay.subscriptions.isEmpty()) {
      stays.remove(channel);
      broker.leave(channel, stay.member);
    }
  }

  /** How a session is present on one channel. */
  private static final class Stay {
    private final Member member;
    private final Map<LaneSubscription, Boolean> subscriptions = new HashMap<>(2);

    private Stay(Member member) {
      this.member = member;
    }
  }
}
