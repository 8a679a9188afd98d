package io.polyhub.broker.embedded;

import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;

/** One channel of a log in memory. Guarded by its log. */
final class MemoryChannel {

  /** A publication that is kept, and when it was appended. */
  record Kept(MemoryChannel channel, Publication publication, long offset, long millis)
      implements RunReader.Held {}

  private final String name;
  private final Run<Kept> kept = new Run<>();
  private Retention retention;
  private long bytes;
  private long trimmedThrough;
  private long last;
  private long lastMillis;

  /**
   * @param trimmedThrough the offset up to which the channel may have had publications that are
   *     forgotten
   */
  MemoryChannel(String name, Retention retention, long trimmedThrough) {
    this.name = name;
    this.retention = retention;
    this.trimmedThrough = trimmedThrough;
    last = trimmedThrough;
  }

  String name() {
    return name;
  }

  Run<Kept> kept() {
    return kept;
  }

  /** The offset of the newest publication that was let go, or 0. */
  long trimmedThrough() {
    return trimmedThrough;
  }

  /** The offset of the newest publication, or 0. */
  long last() {
    return last;
  }

  long lastMillis() {
    return lastMillis;
  }

  void add(Kept added, Retention inForce) {
    retention = inForce;
    kept.add(added);
    bytes += added.publication.weight();
    last = added.offset;
    lastMillis = added.millis;
  }

  /** Whether the oldest has passed a bound of the rule. */
  boolean isOver(long nowMillis) {
    if (kept.isEmpty()) {
      return false;
    }
    return kept.size() > retention.count()
        || bytes > retention.bytes()
        || nowMillis - kept.first().millis >= ChannelMeta.millis(retention.age());
  }

  Kept removeFirst() {
    Kept removed = kept.removeFirst();
    bytes -= removed.publication.weight();
    trimmedThrough = removed.offset;
    return removed;
  }
}
