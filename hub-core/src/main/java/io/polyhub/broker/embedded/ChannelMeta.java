package io.polyhub.broker.embedded;

import io.polyhub.channel.Rule.Retention;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What is known of a channel of the durable log. Stored with every change of the channel.
 *
 * @param id names the channel in the keys of its entries; never given twice
 * @param trimmedThrough the offset of the newest publication that was let go, or 0
 * @param last the offset of the newest publication
 * @param lastMillis when that was appended
 * @param oldestMillis when the oldest that is kept was appended, or earlier
 * @param count how many are kept
 * @param bytes what they weigh
 * @param retention how much is to be kept
 */
record ChannelMeta(
    long id,
    long trimmedThrough,
    long last,
    long lastMillis,
    long oldestMillis,
    long count,
    long bytes,
    Retention retention) {

  private static final byte FORM = 1;
  private static final int SIZE = 1 + 10 * Long.BYTES;

  /** Whether the oldest has passed a bound of {@code rule}, or may have passed its age. */
  boolean mayBeOver(Retention rule, long nowMillis) {
    return count > 0
        && (count > rule.count()
            || bytes > rule.bytes()
            || nowMillis - oldestMillis >= millis(rule.age()));
  }

  byte[] encode() {
    return ByteBuffer.allocate(SIZE)
        .put(FORM)
        .putLong(id)
        .putLong(trimmedThrough)
        .putLong(last)
        .putLong(lastMillis)
        .putLong(oldestMillis)
        .putLong(count)
        .putLong(bytes)
        .putLong(retention.count())
        .putLong(retention.bytes())
        .putLong(millis(retention.age()))
        .array();
  }

  /**
   * @throws DamagedException if it is none
   */
  static ChannelMeta decode(byte[] value) {
    if (value.length != SIZE || value[0] != FORM) {
      throw new DamagedException("the state of a channel cannot be understood");
    }
    ByteBuffer in = ByteBuffer.wrap(value).position(1);
    return new ChannelMeta(
        in.getLong(),
        in.getLong(),
        in.getLong(),
        in.getLong(),
        in.getLong(),
        in.getLong(),
        in.getLong(),
        new Retention(in.getLong(), in.getLong(), Duration.ofMillis(in.getLong())));
  }

  /** The longest that fits into a number of milliseconds, if the duration is longer. */
  static long millis(Duration duration) {
    return duration.compareTo(Duration.ofMillis(Long.MAX_VALUE)) >= 0
        ? Long.MAX_VALUE
        : duration.toMillis();
  }
}
