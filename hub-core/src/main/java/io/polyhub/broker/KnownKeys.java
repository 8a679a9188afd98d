package io.polyhub.broker;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys of a window of time with the offsets that they got, oldest first; bounded in
 * number. Not for use by several threads.
 */
public final class KnownKeys {

  private record Known(long offset, long millis) {}

  private final LinkedHashMap<String, Known> known = new LinkedHashMap<>();
  private final long windowMillis;
  private final int count;

  /**
   * @param window how long a key is known
   * @param count the most keys that are known
   */
  public KnownKeys(Duration window, int count) {
    windowMillis = window.toMillis();
    this.count = count;
  }

  /** Returns the offset that the key got within the window, or null. */
  public @Nullable Long find(String key, long nowMillis) {
    Known found = known.get(key);
    return found == null || found.millis + windowMillis <= nowMillis ? null : found.offset;
  }

  /** Remembers a key that was not found. */
  public void add(String key, long offset, long millis) {
    known.remove(key);
    known.put(key, new Known(offset, millis));
  }

  /**
   * Remembers a key for which no offset counts, and forgets what is past the window or the bound.
   * Returns false if the key is known.
   */
  public boolean addIfNew(String key, long nowMillis) {
    if (find(key, nowMillis) != null) {
      return false;
    }
    add(key, 0, nowMillis);
    forgetOld(nowMillis, offset -> {});
    return true;
  }

  /** Forgets all. */
  public void clear() {
    known.clear();
  }

  /** Forgets what is past the window or the bound, and tells the offsets. */
  public void forgetOld(long nowMillis, LongConsumer forgotten) {
    Iterator<Map.Entry<String, Known>> oldestFirst = known.entrySet().iterator();
    while (oldestFirst.hasNext()) {
      Known oldest = oldestFirst.next().getValue();
      if (known.size() <= count && oldest.millis + windowMillis > nowMillis) {
        return;
      }
      oldestFirst.remove();
      forgotten.accept(oldest.offset);
    }
  }

  /** How many are known. */
  public int size() {
    return known.size();
  }
}
