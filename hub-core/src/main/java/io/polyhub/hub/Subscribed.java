package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Publication;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgement of a subscription. Nothing is delivered on it before this outcome has been
 * handed to the adapter.
 *
 * @param subscription the subscription
 * @param guarantee which guarantee is in force: the weakest of the channels that the filter may
 *     match
 * @param history whether there is a log to resume from
 * @param cursor where it began: the cursor asked for if recovered, else the top as it was
 * @param recovery whether it went on from the cursor asked for
 * @param inline the first publications after the cursor, at most as many as asked for; deliveries
 *     go on after them
 * @param expiresAt when the leave to subscribe ends, or null
 */
public record Subscribed(
    Subscription subscription,
    Guarantee guarantee,
    boolean history,
    Cursor cursor,
    Recovery recovery,
    List<Publication> inline,
    @Nullable Instant expiresAt) {

  /** Whether a subscription went on from the cursor asked for. */
  public enum Recovery {
    /** It was to begin now. */
    NOT_ASKED,
    /** All since the cursor is delivered. */
    RECOVERED,
    /** History no longer reaches back: it begins now, and something may have been missed. */
    UNRECOVERABLE
  }
}
