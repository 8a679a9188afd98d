package io.polyhub.broker.embedded;

import io.polyhub.channel.ChannelFilter;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * How far each channel was trimmed, by offset, so that a wildcard reader learns whether it misses
 * something without a look at every channel: readers mostly stand close to the top, where few were
 * trimmed. Changed by one thread at a time, read by any.
 */
final class Trims {

  private final ConcurrentSkipListMap<Long, String> byOffset = new ConcurrentSkipListMap<>();

  /** A channel was trimmed through {@code before}, 0 for not at all, and now is through another. */
  void raise(String channel, long before, long through) {
    byOffset.put(through, channel);
    if (before != through) {
      byOffset.remove(before, channel);
    }
  }

  /** The channel that was trimmed through that offset is no longer known. */
  void forget(long through) {
    byOffset.remove(through);
  }

  /** Whether a channel that the filter matches was trimmed past the offset. */
  boolean anyPast(long offset, ChannelFilter filter) {
    for (String channel : byOffset.tailMap(offset, false).values()) {
      if (filter.matches(channel)) {
        return true;
      }
    }
    return false;
  }

  void clear() {
    byOffset.clear();
  }
}
