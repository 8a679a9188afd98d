package io.polyhub.hub.lane;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import org.jspecify.annotations.Nullable;

/**
 * What a lane delivers to: a subscription, as far as the lane knows it. A class, so that its place
 * in the index needs no object of its own and the fan-out loop calls the one implementation without
 * looking it up. Confined to its lane.
 */
public abstract class Recipient {

  /** The group that holds it, or null while it is not in the index. */
  @Nullable Group group;

  /** Where its group keeps it. */
  int slot;

  /** The channels whose publications it is given. Stays the same. */
  protected abstract ChannelFilter filter();

  /** The lane's inbox brought a publication that the filter matches. */
  protected abstract void onLive(Publication publication);

  /** Somebody came to the one channel of the filter, or left it. */
  protected abstract void onMember(MemberEvent event);

  /** The live feed may have had holes. */
  protected abstract void onGap();
}
