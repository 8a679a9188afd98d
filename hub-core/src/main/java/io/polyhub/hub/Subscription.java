package io.polyhub.hub;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
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

  /** Ends it; nothing is delivered on it any more. Does nothing if it has ended already. */
  void cancel();

  /** Whether it is still in force. */
  boolean isActive();
}
