package io.polyhub.broker;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of history to read.
 *
 * @param filter whose channels
 * @param since the exclusive start; null for the oldest kept, or in reverse for the newest. A log
 *     that it does not speak of is read from its top: nothing of it is missed.
 * @param limit the most publications; 1 or more
 * @param limitBytes at most this {@linkplain io.polyhub.channel.Publication#weight() weight}, but
 *     at least one publication; 1 or more
 * @param reverse whether to walk back from the start; only for a single channel
 */
public record LogQuery(
    ChannelFilter filter, @Nullable Cursor since, int limit, int limitBytes, boolean reverse) {

  public LogQuery {
    if (limit < 1 || limitBytes < 1) {
      throw new IllegalArgumentException(
          "limit: " + limit + ", " + limitBytes + " bytes (expected: 1 or more)");
    }
    if (reverse && !filter.exact()) {
      throw new IllegalArgumentException("reverse: " + filter + " (expected: a single channel)");
    }
  }
}
