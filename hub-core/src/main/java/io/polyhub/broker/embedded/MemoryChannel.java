package io.polyhub.broker.embedded;

import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import org.jspecify.annotations.Nullable;

/** One channel of a log in memory. Guarded by its log. */
final class MemoryChannel {

  /** A publication that is kept, and when it was appended. */
  static final class Kept implements RunReader.Held {
    private final MemoryChannel channel;
    private final long offset;
    private final long millis;
    private @Nullable Publication publication;

    Kept(MemoryChannel channel, Publication publication, long offset, long millis) {
      this.channel = channel;
      this.publication = publication.bare();
      this.offset = offset;
      this.millis = millis;
    }

    MemoryChannel channel() {
      return channel;
    }

    @Override
    public Publication publication() {
      if (publication == null) {
        throw new IllegalStateException("the channel has let go of it");
      }
      return publication;
    }

    @Override
    public long offset() {
      return offset;
    }

    /** Whether the channel has let go of it. */
    boolean isGone() {
      return publication == null;
    }
  }

  private final String name;
  private final Run<Kept> kept = new Run<>();
  private Retention retention;
  private long bytes;
  private long trimmedThrough;
  private long toldTrimmedThrough;
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
    toldTrimmedThrough = trimmedThrough;
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
    bytes += added.publication().weight();
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

  /** Lets go of the oldest, and returns its weight. */
  long removeFirst() {
    Kept removed = kept.removeFirst();
    long weight = removed.publication().weight();
    bytes -= weight;
    trimmedThrough = removed.offset;
    removed.publication = null;
    return weight;
  }

  /** Whether it was trimmed since that was {@linkplain #tellTrims told} last. */
  boolean hasTrimsToTell() {
    return toldTrimmedThrough != trimmedThrough;
  }

  /** Tells how far it is trimmed. */
  void tellTrims(Trims trims) {
    trims.raise(name, toldTrimmedThrough, trimmedThrough);
    toldTrimmedThrough = trimmedThrough;
  }
}
