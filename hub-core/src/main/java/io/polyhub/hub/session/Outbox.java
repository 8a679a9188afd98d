package io.polyhub.hub.session;

import io.polyhub.channel.Header;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Live publications that wait for one session whose way is full; bounded in bytes. What happens at
 * the bound is the rule's overflow policy. Confined to the session's lane.
 */
final class Outbox {

  /** What became of a publication that had to wait. */
  enum Added {
    /** It waits. */
    KEPT,
    /** It was left out. */
    DROPPED,
    /** It was left out, and its subscription has to catch up from the log. */
    FELL_BEHIND,
    /** It was left out, and the session is too slow to go on. */
    TOO_SLOW
  }

  private final int limitBytes;
  private final HubMetrics metrics;

  /**
   * In the order in which they are to be delivered; the key is the entry itself or what it
   * conflates.
   */
  private final Map<Object, Entry> entries = new LinkedHashMap<>();

  private long bytes;

  Outbox(int limitBytes, HubMetrics metrics) {
    this.limitBytes = limitBytes;
    this.metrics = metrics;
  }

  Added add(LaneSubscription subscription, Publication publication, Rule rule) {
    OverflowPolicy policy = rule.overflow();
    Entry entry = new Entry(subscription, publication, policy);
    Object key = policy == OverflowPolicy.LATEST ? Conflated.of(entry, rule) : entry;
    Entry older = entries.get(key);
    if (older != null) {
      metrics.overflowed(policy);
      remove(key, older);
    }
    int weight = publication.weight();
    if (bytes + weight > limitBytes) {
      metrics.overflowed(policy);
      Added left =
          switch (policy) {
            case CATCH_UP -> Added.FELL_BEHIND;
            case DISCONNECT -> Added.TOO_SLOW;
            case DROP_NEWEST -> Added.DROPPED;
            case DROP_OLDEST, LATEST -> makeRoom(weight) ? Added.KEPT : Added.DROPPED;
          };
      if (left != Added.KEPT) {
        return left;
      }
    }
    entries.put(key, entry);
    count(weight);
    subscription.waits();
    return Added.KEPT;
  }

  /** Drops the oldest of those that may be dropped until the weight fits; tells whether it does. */
  private boolean makeRoom(int weight) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (bytes + weight > limitBytes && oldest.hasNext()) {
      Entry entry = oldest.next();
      if (entry.policy == OverflowPolicy.DROP_OLDEST || entry.policy == OverflowPolicy.LATEST) {
        oldest.remove();
        count(-entry.publication.weight());
        entry.subscription.waitsNoMore();
      }
    }
    return bytes + weight <= limitBytes;
  }

  private void remove(Object key, Entry entry) {
    entries.remove(key);
    count(-entry.publication.weight());
    entry.subscription.waitsNoMore();
  }

  private void count(int change) {
    bytes += change;
    metrics.outboxGrew(change);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The entry that is to be delivered next, or null. It stays. */
  @Nullable Entry first() {
    Iterator<Entry> all = entries.values().iterator();
    return all.hasNext() ? all.next() : null;
  }

  /** Takes out what {@link #first} gave. */
  void removeFirst() {
    Iterator<Entry> all = entries.values().iterator();
    Entry entry = all.next();
    all.remove();
    count(-entry.publication.weight());
    entry.subscription.waitsNoMore();
  }

  /** Takes out all that waits on a subscription. */
  void removeAll(LaneSubscription subscription) {
    Iterator<Entry> all = entries.values().iterator();
    while (all.hasNext()) {
      Entry entry = all.next();
      if (entry.subscription == subscription) {
        all.remove();
        count(-entry.publication.weight());
      }
    }
  }

  void clear() {
    entries.clear();
    metrics.outboxGrew(-bytes);
    bytes = 0;
  }

  /** A publication that waits. Compared by identity. */
  static final class Entry {
    final LaneSubscription subscription;
    final Publication publication;
    private final OverflowPolicy policy;

    private Entry(LaneSubscription subscription, Publication publication, OverflowPolicy policy) {
      this.subscription = subscription;
      this.publication = publication;
      this.policy = policy;
    }
  }

  /** Publications of one subscription with equal keys stand for one thing; the newest counts. */
  private record Conflated(LaneSubscription subscription, String channel, @Nullable String value) {

    static Conflated of(Entry entry, Rule rule) {
      String channel = entry.publication.channel();
      String name = rule.latestBy();
      if (name == null) {
        return new Conflated(entry.subscription, channel, null);
      }
      String value = "";
      for (Header header : entry.publication.headers()) {
        if (header.name().equals(name)) {
          value = header.value();
        }
      }
      return new Conflated(entry.subscription, channel, value);
    }
  }
}
