package io.polyhub.hub;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A cursor that moves: what one session gets of the channels that a filter matches. Only in the
 * session's lane.
 */
public interface Subscription {

  ChannelFilter filter();

  /**
   * The place from which another subscription to the same filter would go on after what the
   * downlink has {@linkplain Downlink.Offer#TAKEN taken}. {@link Cursor#EMPTY} where nothing is
   * kept.
   */
  Cursor cursor();

  /** What the adapter gave along in {@link SubscribeRequest#attachment}. */
  @Nullable Object attachment();

  /**
   * Gives a publication that the downlink has taken to another of those that share, because the
   * client did not get it or did not keep it. Does nothing on a subscription that does not share.
   * May also be called after the subscription has ended, and by any thread.
   */
  void handBack(Publication publication);

  /** Changes {@link SubscribeRequest#outlives}. */
  void outlives(Duration duration);

  /** Ends it; nothing is delivered on it any more. Does nothing if it has ended already. */
  void cancel();

  /** Whether it is still in force. */
  boolean isActive();
}
