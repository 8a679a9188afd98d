package io.polyhub.broker;

import io.polyhub.channel.ChannelFilter;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one page of last values, ordered by channel.
 *
 * @param filter whose channels
 * @param after the {@link ValuesPage#next} of the page before, or null to begin
 * @param limit the most values, 1 or more
 * @param limitBytes the most bytes of them; one value is given whatever its size
 */
public record ValuesQuery(ChannelFilter filter, @Nullable String after, int limit, int limitBytes) {

  public ValuesQuery {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 or more)");
    }
    if (limitBytes < 1) {
      throw new IllegalArgumentException("limitBytes: " + limitBytes + " (expected: 1 or more)");
    }
  }

  /** Asks for the page after that one. */
  public ValuesQuery after(ValuesPage page) {
    return new ValuesQuery(filter, page.next(), limit, limitBytes);
  }
}
