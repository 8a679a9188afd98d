package io.polyhub.hub.lane;

import io.polyhub.broker.Broker;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.ChannelSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Hands what the broker tells to the lanes that want it, once per lane. Within a lane {@link
 * LaneIndex} goes on from there.
 *
 * <p>The broker's calls take no lock. Changes of interest do; they are made once per filter and
 * lane, not per subscription.
 */
public final class FanOut implements Broker.Listener {

  private final Broker broker;
  private final CopyOnWriteArrayList<Inbox> allLanes = new CopyOnWriteArrayList<>();
  private final ConcurrentHashMap<String, LaneSet> exact = new ConcurrentHashMap<>();
  private final FilterTrie<LaneSet> wildcards = new FilterTrie<>();

  public FanOut(Broker broker) {
    this.broker = broker;
  }

  void register(Inbox lane) {
    allLanes.add(lane);
  }

  /** The lane has its first subscription to the filter. */
  synchronized LaneSet add(ChannelFilter filter, Inbox lane) {
    LaneSet set = find(filter);
    if (set == null) {
      set = new LaneSet(broker.watch(filter));
      LaneSet added = set;
      if (filter.exact()) {
        exact.put(filter.text(), added);
      } else {
        wildcards.update(filter, absent -> added);
      }
    }
    set.add(lane);
    return set;
  }

  /** The lane has no subscription to the filter any more. */
  synchronized void remove(ChannelFilter filter, Inbox lane) {
    LaneSet set = find(filter);
    if (set != null && set.remove(lane)) {
      if (filter.exact()) {
        exact.remove(filter.text());
      } else {
        wildcards.update(filter, present -> null);
      }
      broker.unwatch(filter);
    }
  }

  private @Nullable LaneSet find(ChannelFilter filter) {
    return filter.exact() ? exact.get(filter.text()) : wildcards.get(filter);
  }

  @Override
  public void onPublication(Publication publication) {
    offer(publication.channel(), publication);
  }

  /** Offers the entry to the lanes that want what is on the channel. */
  private void offer(String channel, Object entry) {
    LaneSet named = exact.get(channel);
    if (wildcards.size() == 0) {
      if (named != null) {
        for (Inbox lane : named.lanes()) {
          lane.offer(entry);
        }
      }
      return;
    }
    List<Inbox> wanting = new ArrayList<>(4);
    if (named != null) {
      addNew(wanting, named);
    }
    wildcards.match(channel, set -> addNew(wanting, set));
    for (Inbox lane : wanting) {
      lane.offer(entry);
    }
  }

  /** Lanes are few, a scan is the cheapest set. */
  private static void addNew(List<Inbox> wanting, LaneSet set) {
    for (Inbox lane : set.lanes()) {
      if (!wanting.contains(lane)) {
        wanting.add(lane);
      }
    }
  }

  @Override
  public void onJoin(String channel, Member member) {
    tell(new MemberEvent(channel, member, true));
  }

  @Override
  public void onLeave(String channel, Member member) {
    tell(new MemberEvent(channel, member, false));
  }

  private void tell(MemberEvent event) {
    LaneSet named = exact.get(event.channel());
    if (named != null) {
      for (Inbox lane : named.lanes()) {
        lane.offer(event);
      }
    }
  }

  @Override
  public void onGap(ChannelFilter filter) {
    if (filter.exact()) {
      offer(filter.text(), filter);
    } else {
      for (Inbox lane : allLanes) {
        lane.offer(filter);
      }
    }
  }

  /** The channels that subscriptions name and the filter matches, in no order. Thread-safe. */
  public List<ChannelSummary> channels(ChannelFilter filter) {
    List<ChannelSummary> found = new ArrayList<>();
    if (filter.exact()) {
      LaneSet set = exact.get(filter.text());
      if (set != null) {
        found.add(new ChannelSummary(filter.text(), set.subscriptions()));
      }
      return found;
    }
    exact.forEach((name, set) -> {
      if (filter.matches(name)) {
        found.add(new ChannelSummary(name, set.subscriptions()));
      }
    });
    return found;
  }

  /** How many channels are named by subscriptions. */
  public int channels() {
    return exact.size();
  }
}
