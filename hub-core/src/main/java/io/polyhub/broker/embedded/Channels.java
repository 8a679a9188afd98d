package io.polyhub.broker.embedded;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The channels of the durable log that are held in memory, bounded in number and in the bytes of
 * their rings. What was not used lately makes room (by second chance). Changed by the committer
 * alone, read by any thread.
 */
final class Channels {

  private final Map<String, Channel> byName = new ConcurrentHashMap<>();
  private final ArrayDeque<Channel> round = new ArrayDeque<>();
  private final int mostChannels;
  private final int mostInRing;
  private final long mostRingBytes;
  private final long mostBytesOfOne;
  private volatile long ringBytes;

  Channels(EmbeddedConfig.Memory config) {
    mostChannels = config.channels();
    mostInRing = config.ring();
    mostRingBytes = config.cacheBytes() - config.cacheBytes() / 4;
    mostBytesOfOne = Math.max(1, mostRingBytes / 8);
  }

  @Nullable Channel find(String name) {
    return byName.get(name);
  }

  void add(Channel channel) {
    byName.put(channel.name(), channel);
    round.add(channel);
  }

  void stored(Channel channel, ChannelMeta meta, List<Recent> appended) {
    addRingBytes(channel.stored(meta, appended, mostInRing, mostBytesOfOne));
  }

  void remove(Channel channel) {
    byName.remove(channel.name(), channel);
    addRingBytes(-channel.evict());
    round.remove(channel);
  }

  /** Brings everything under its bounds again. */
  void makeRoom() {
    while (byName.size() > mostChannels) {
      Channel evicted = nextUnused();
      if (evicted.isInTail()) {
        continue; // at most half of the channels are
      }
      round.removeLastOccurrence(evicted);
      byName.remove(evicted.name(), evicted);
      addRingBytes(-evicted.evict());
    }
    while (ringBytes > mostRingBytes) {
      addRingBytes(-nextUnused().dropRing());
    }
  }

  /** The next in the round that was not used since it was last come by; it goes to the end. */
  private Channel nextUnused() {
    while (true) {
      Channel next = round.remove();
      round.add(next);
      if (!next.takeTouched()) {
        return next;
      }
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // written by the committer alone
  private void addRingBytes(long grown) {
    ringBytes += grown;
  }

  /** What all rings weigh. */
  long ringBytes() {
    return ringBytes;
  }

  int size() {
    return byName.size();
  }

  void clear() {
    round.forEach(Channel::evict);
    round.clear();
    byName.clear();
    ringBytes = 0;
  }
}
