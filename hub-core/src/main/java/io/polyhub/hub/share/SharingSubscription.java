package io.polyhub.hub.share;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Lane;

/**
 * A subscription that shares, as its share sees it. Confined to its session's lane, except {@link
 * #filter} and {@link #lane}.
 */
public interface SharingSubscription {

  /** The channels that it shares. */
  ChannelFilter filter();

  /** Its session's lane. */
  Lane lane();

  /** Its place among those that share; another one if that has ended. */
  void share(ShareMember member);

  /** Whether neither it nor its session has ended. */
  boolean isReceiving();

  /** Offers the publication to its client; tells whether it was taken. */
  boolean take(Publication publication);
}
