package io.polyhub.hub.lane;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds the subscriptions of one lane that a publication is for. Confined to its lane. */
final class LaneIndex {

  private final FanOut fanOut;
  private final HubLane lane;
  private final Map<String, Group> exact = new HashMap<>();
  private final FilterTrie<Group> wildcards = new FilterTrie<>();

  LaneIndex(FanOut fanOut, HubLane lane) {
    this.fanOut = fanOut;
    this.lane = lane;
  }

  /**
   * Adds the subscription to its filter's group. Completes when the broker will bring everything on
   * these channels.
   */
  CompletionStage<Void> add(Recipient subscription) {
    ChannelFilter filter = subscription.filter();
    Group group = filter.exact() ? exact.get(filter.text()) : wildcards.get(filter);
    if (group == null) {
      group = new Group(filter, fanOut.add(filter, lane));
      put(filter, group);
    }
    group.add(subscription);
    subscription.group = group;
    return group.interest.watched;
  }

  /** Takes the subscription out; does nothing if it is not in the index. */
  void remove(Recipient subscription) {
    Group group = subscription.group;
    if (group == null) {
      return;
    }
    subscription.group = null;
    if (group.remove(subscription)) {
      put(group.filter, null);
      fanOut.remove(group.filter, lane);
    }
  }

  private void put(ChannelFilter filter, @Nullable Group group) {
    if (!filter.exact()) {
      wildcards.update(filter, before -> group);
    } else if (group == null) {
      exact.remove(filter.text());
    } else {
      exact.put(filter.text(), group);
    }
  }

  /** How many subscriptions of this lane a publication on that channel is for. */
  int subscriptions(String channel) {
    Group named = exact.get(channel);
    int[] sum = {named == null ? 0 : named.size()};
    wildcards.match(channel, group -> sum[0] += group.size());
    return sum[0];
  }

  /**
   * Gives publications of one channel, in their order, to every subscription of this lane that they
   * are for; to one subscription after another.
   *
   * @param flush whether each is to be flushed when it has all of them, while its memory is near
   */
  void deliver(List<Publication> run, boolean flush) {
    String channel = run.getFirst().channel();
    Group named = exact.get(channel);
    if (named != null) {
      deliver(named, run, flush);
    }
    wildcards.match(channel, group -> deliver(group, run, flush));
  }

  private void deliver(Group group, List<Publication> run, boolean flush) {
    for (int i = 0; i < group.size(); i++) {
      Recipient subscription = group.at(i);
      for (int j = 0; j < run.size(); j++) {
        subscription.onLive(run.get(j));
      }
      if (flush) {
        lane.flushWritten();
      }
    }
  }

  /** Tells the subscriptions to the event's channel that asked for such events. */
  void deliver(MemberEvent event) {
    Group named = exact.get(event.channel());
    if (named != null) {
      for (int i = 0; i < named.size(); i++) {
        named.at(i).onMember(event);
      }
    }
  }

  /** Lets every subscription with a channel in common that reads from a log catch up. */
  void gap(ChannelFilter filter) {
    if (filter.exact()) {
      Group named = exact.get(filter.text());
      if (named != null) {
        gap(named);
      }
      wildcards.match(filter.text(), LaneIndex::gap);
      return;
    }
    for (Group group : exact.values()) {
      if (filter.matches(group.filter.text())) {
        gap(group);
      }
    }
    wildcards.all(group -> {
      if (filter.overlaps(group.filter)) {
        gap(group);
      }
    });
  }

  private static void gap(Group group) {
    for (int i = 0; i < group.size(); i++) {
      group.at(i).onGap();
    }
  }
}
