package io.polyhub.broker.nats.live;

import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.ChannelFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The filters with wildcards that this node watches, and from where on each wants all of a log.
 * Pure; guarded by the feed.
 */
final class Wildcards {

  private record Wildcard(WatchTarget target, Map<NatsLog, Long> floors) {}

  private final Map<ChannelFilter, Wildcard> all = new LinkedHashMap<>();

  void add(WatchTarget target) {
    all.putIfAbsent(target.filter(), new Wildcard(target, new HashMap<>()));
  }

  void remove(ChannelFilter filter) {
    all.remove(filter);
  }

  /** The filter wants all past that place of the log. */
  void floor(ChannelFilter filter, NatsLog log, long floor) {
    Wildcard wildcard = all.get(filter);
    if (wildcard != null) {
      wildcard.floors.put(log, floor);
    }
  }

  /** The log begins again: all of it is wanted. */
  void restart(NatsLog log) {
    all.values().forEach(wildcard -> wildcard.floors.computeIfPresent(log, (_, _) -> 0L));
  }

  /** Past which place some filter wants all of the channel; or that it is not known. */
  long floorOf(NatsLog log, String channel) {
    long lowest = Long.MAX_VALUE;
    for (Wildcard wildcard : all.values()) {
      Long floor = wildcard.floors.get(log);
      if (floor != null && floor < lowest && wildcard.target.filter().matches(channel)) {
        lowest = floor;
      }
    }
    return lowest == Long.MAX_VALUE ? FeedPositions.UNKNOWN : lowest;
  }

  boolean match(String channel) {
    return all.keySet().stream().anyMatch(filter -> filter.matches(channel));
  }

  /** The filters whose channels may be stored in the log. */
  List<ChannelFilter> in(NatsLog log) {
    List<ChannelFilter> found = new ArrayList<>();
    for (Wildcard wildcard : all.values()) {
      if (wildcard.target.logs().contains(log)) {
        found.add(wildcard.target.filter());
      }
    }
    return found;
  }
}
