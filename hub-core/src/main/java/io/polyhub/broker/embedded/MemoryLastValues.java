package io.polyhub.broker.embedded;

import io.polyhub.broker.NameOrder;
import io.polyhub.broker.ValuesBasket;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The last values of channels that keep them in memory, bounded: past the bounds those set longest
 * ago go, or with at-least-once new ones are refused. Safe for any thread.
 */
final class MemoryLastValues {

  private final NavigableMap<String, Publication> byName = new TreeMap<>(NameOrder.BY_CODE_POINT);
  private final LinkedHashMap<String, Publication> byTimeSet = new LinkedHashMap<>();
  private final int count;
  private final long bytesMost;
  private final LastValueMetrics metrics;
  private long bytes;

  MemoryLastValues(EmbeddedConfig.Memory config, LastValueMetrics metrics) {
    this.metrics = metrics;
    metrics.held(this::size);
    count = config.lastValues();
    bytesMost = config.lastValueBytes();
  }

  /** Sets the last value of its channel, or clears it if the payload is empty. */
  synchronized void set(Publication publication) {
    remove(publication.channel());
    if (publication.payload().length == 0) {
      return;
    }
    Publication held = publication.bare();
    byName.put(held.channel(), held);
    byTimeSet.put(held.channel(), held);
    bytes += held.weight();
    while (byTimeSet.size() > count || bytes > bytesMost) {
      remove(byTimeSet.firstEntry().getKey());
      metrics.evicted();
    }
  }

  /**
   * Sets the last value of its channel unless another one would have to go for it, and returns
   * whether it did.
   */
  synchronized boolean setIfThereIsRoom(Publication publication) {
    Publication before = byTimeSet.get(publication.channel());
    int more = before == null ? 1 : 0;
    long weight = publication.bare().weight() - (before == null ? 0L : before.weight());
    if (publication.payload().length > 0
        && (byTimeSet.size() + more > count || bytes + weight > bytesMost)) {
      metrics.refused();
      return false;
    }
    set(publication);
    return true;
  }

  private void remove(String channel) {
    Publication removed = byTimeSet.remove(channel);
    if (removed != null) {
      byName.remove(channel);
      bytes -= removed.weight();
    }
  }

  /** Returns a page of those that the filter matches, by name, without expired ones. */
  synchronized ValuesPage find(ValuesQuery query, Instant now) {
    ValuesBasket basket = new ValuesBasket(query);
    ChannelFilter filter = query.filter();
    FilterWalk walk = new FilterWalk(filter);
    String after = query.after();
    @Nullable String from = after == null ? walk.begin() : FilterWalk.after(after);
    while (from != null && !basket.isFull()) {
      Map.Entry<String, Publication> entry = byName.ceilingEntry(from);
      if (entry == null) {
        break;
      }
      String name = entry.getKey();
      if (!walk.matches(name)) {
        from = walk.leap(name);
        continue;
      }
      if (!entry.getValue().expired(now)) {
        var _ = basket.take(entry.getValue());
      }
      from = filter.exact() ? null : FilterWalk.after(name);
    }
    return basket.page();
  }

  /** Lets expired ones go. */
  synchronized void sweep(Instant now) {
    List<String> expired = new ArrayList<>();
    byTimeSet.forEach((channel, publication) -> {
      if (publication.expired(now)) {
        expired.add(channel);
      }
    });
    expired.forEach(this::remove);
  }

  synchronized int size() {
    return byTimeSet.size();
  }
}
