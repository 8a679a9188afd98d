package io.polyhub.broker.embedded;

import io.polyhub.broker.KnownKeys;
import io.polyhub.channel.ChannelFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * What the durable log knows of itself in memory; made of the store when it is opened. Changed by
 * the committer alone. Where it says nothing else it is the committer's own.
 */
final class LogState {

  private static final byte[] TOP = Layout.text("top");
  private static final byte[] NEXT_CHANNEL = Layout.text("next-channel");
  private static final byte[] FORGOTTEN = Layout.text("forgotten-through");

  private final Channels channels;
  private final LogTail tail;
  private final Trims trims = new Trims();
  private final KnownKeys keys;

  /** Offsets of idempotency keys that are forgotten, but still stored. */
  private final List<Long> staleKeys = new ArrayList<>();

  private volatile long top;
  private volatile long forgottenThrough;

  /**
   * No publication lies before it. What retention let go at the beginning of the log is not walked
   * over again by who reads from there.
   */
  private final AtomicLong oldest = new AtomicLong(1);

  private long nextChannelId;

  LogState(EmbeddedConfig config) {
    channels = new Channels(config.memory());
    tail = new LogTail(config.memory());
    keys = new KnownKeys(config.keys().window(), config.keys().count());
  }

  /**
   * Takes everything from the store, and forgets what it believed before.
   *
   * @throws DamagedException if the store cannot be understood
   */
  void load(StoreView view) throws RocksDBException {
    trims.clear();
    keys.clear();
    staleKeys.clear();
    tail.begin(0);
    channels.clear();
    top = topIn(view);
    nextChannelId = Math.max(1, number(view, NEXT_CHANNEL));
    forgottenThrough = forgottenIn(view);
    tail.begin(top);
    oldest.set(1);
    RocksIterator metas = view.walk(Family.CHANNELS);
    for (metas.seekToFirst(); metas.isValid(); metas.next()) {
      long trimmedThrough = ChannelMeta.decode(metas.value()).trimmedThrough();
      if (trimmedThrough > 0) {
        trims.raise(Layout.text(metas.key()), 0, trimmedThrough);
      }
    }
    metas.status();
    RocksIterator known = view.walk(Family.KEYS);
    for (known.seekToFirst(); known.isValid(); known.next()) {
      byte[] value = known.value();
      keys.add(Layout.textAfterNumber(value), Layout.number(known.key()), Layout.number(value));
    }
    known.status();
  }

  static long topIn(StoreView view) throws RocksDBException {
    return number(view, TOP);
  }

  static long forgottenIn(StoreView view) throws RocksDBException {
    return number(view, FORGOTTEN);
  }

  private static long number(StoreView view, byte[] key) throws RocksDBException {
    byte[] value = view.get(Family.INFO, key);
    return value == null ? 0 : Layout.number(value);
  }

  /** Writes down what a draft made of it. */
  static void write(Batch batch, long top, long nextChannelId, long forgottenThrough)
      throws RocksDBException {
    batch.put(Family.INFO, TOP, Layout.number(top));
    batch.put(Family.INFO, NEXT_CHANNEL, Layout.number(nextChannelId));
    batch.put(Family.INFO, FORGOTTEN, Layout.number(forgottenThrough));
  }

  /** Takes over what was written. */
  void written(long newTop, long newNextChannelId, long newForgottenThrough) {
    nextChannelId = newNextChannelId;
    forgottenThrough = newForgottenThrough;
    top = newTop;
  }

  /** All up to here is readable. Any thread. */
  long top() {
    return top;
  }

  /** Where the publications of channels end that are no longer known. Any thread. */
  long forgottenThrough() {
    return forgottenThrough;
  }

  /** No publication lies before it. Any thread. */
  long oldest() {
    return oldest.get();
  }

  /** Some thread found that no publication lies before that offset. */
  void foundOldest(long offset) {
    oldest.accumulateAndGet(offset, Math::max);
  }

  long nextChannelId() {
    return nextChannelId;
  }

  /** Whether a publication past the offset was let go that the filter matches. Any thread. */
  boolean anyGonePast(long offset, ChannelFilter filter) {
    // In this order: a channel is forgotten before it is taken from the trims.
    return trims.anyPast(offset, filter) || offset < forgottenThrough;
  }

  Channels channels() {
    return channels;
  }

  LogTail tail() {
    return tail;
  }

  Trims trims() {
    return trims;
  }

  KnownKeys keys() {
    return keys;
  }

  List<Long> staleKeys() {
    return staleKeys;
  }

  /** Returns the channel, from the store if need be; null if there is none. */
  @Nullable Channel find(StoreView view, String name) throws RocksDBException {
    Channel held = channels.find(name);
    if (held != null) {
      return held;
    }
    byte[] stored = view.get(Family.CHANNELS, Layout.text(name));
    if (stored == null) {
      return null;
    }
    Channel loaded = new Channel(name, ChannelMeta.decode(stored));
    channels.add(loaded);
    return loaded;
  }
}
