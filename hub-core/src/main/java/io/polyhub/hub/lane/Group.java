package io.polyhub.hub.lane;

import io.polyhub.channel.ChannelFilter;
import java.util.Arrays;

/** The subscriptions of one lane to one filter. Confined to its lane. */
final class Group {

  final ChannelFilter filter;
  final LaneSet interest;
  private Recipient[] members = new Recipient[1];
  private int size;

  Group(ChannelFilter filter, LaneSet interest) {
    this.filter = filter;
    this.interest = interest;
  }

  void add(Recipient subscription) {
    if (size == members.length) {
      members = Arrays.copyOf(members, size + (size >> 1) + 1);
    }
    subscription.slot = size;
    members[size++] = subscription;
    interest.count(1);
  }

  /** Takes the subscription out; tells whether none is left. The last one moves into its slot. */
  boolean remove(Recipient subscription) {
    Recipient moved = members[--size];
    members[subscription.slot] = moved;
    moved.slot = subscription.slot;
    Arrays.fill(members, size, size + 1, null);
    if (size < members.length / 4) {
      members = Arrays.copyOf(members, members.length / 2);
    }
    interest.count(-1);
    return size == 0;
  }

  int size() {
    return size;
  }

  Recipient at(int slot) {
    return members[slot];
  }
}
