package io.polyhub.channel;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sets for the channels that match a filter. Of several rules that match a channel
 * the first in the operator's order is in force, alone.
 *
 * @param name names the rule in configuration, metrics and logs
 * @param filters the channels it is for; at least one
 * @param guarantee what an acknowledged publication is promised
 * @param history how much of each channel is kept
 * @param presence whether the hub knows who is subscribed
 * @param joinLeave whether subscribers who ask are told who comes and goes; needs presence
 * @param overflow what happens to a subscriber that reads too slowly
 * @param latestBy for {@link OverflowPolicy#LATEST}: the header whose value is the key, or null for
 *     one key per channel
 * @param maxPayloadBytes the largest payload
 * @param maxPublishesPerSecond the most publications per second on each channel; 0 for no limit
 * @param openTo the verbs that every admitted identity has here without a grant
 * @param openToAnonymous the verbs that an anonymous identity has here without a grant
 */
public record Rule(
    String name,
    List<ChannelFilter> filters,
    Guarantee guarantee,
    Retention history,
    boolean presence,
    boolean joinLeave,
    OverflowPolicy overflow,
    @Nullable String latestBy,
    int maxPayloadBytes,
    int maxPublishesPerSecond,
    Set<Verb> openTo,
    Set<Verb> openToAnonymous) {

  public Rule {
    filters = List.copyOf(filters);
    openTo = Set.copyOf(openTo);
    openToAnonymous = Set.copyOf(openToAnonymous);
    require(!filters.isEmpty(), "filters", "none", "at least one");
    require(maxPayloadBytes > 0, "maxPayloadBytes", maxPayloadBytes, "1 or more");
    require(
        maxPublishesPerSecond >= 0, "maxPublishesPerSecond", maxPublishesPerSecond, "0 or more");
    require(presence || !joinLeave, "joinLeave", joinLeave, "false without presence");
    require(
        guarantee != Guarantee.AT_LEAST_ONCE || history.isKept(),
        "history",
        history,
        "some, with at-least-once");
    require(
        overflow != OverflowPolicy.CATCH_UP || history.isKept(),
        "overflow",
        overflow,
        "another policy, without history");
  }

  private static void require(boolean holds, String what, Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }

  /** Tells whether the rule is for that channel. */
  public boolean matches(String channel) {
    for (ChannelFilter filter : filters) {
      if (filter.matches(channel)) {
        return true;
      }
    }
    return false;
  }

  /**
   * How much of each channel is kept. What passes any of the bounds is let go, oldest first.
   *
   * @param count the most publications; 0 for no history
   * @param bytes the most bytes of payload and headers
   * @param age the longest time
   */
  public record Retention(long count, long bytes, Duration age) {

    /** No history. */
    public static final Retention NONE = new Retention(0, 0, Duration.ZERO);

    public Retention {
      require(count >= 0, "count", count, "0 or more");
      require(count == 0 || bytes > 0, "bytes", bytes, "1 or more");
      require(count == 0 || age.isPositive(), "age", age, "more than 0");
    }

    /** Whether there is any history. */
    public boolean isKept() {
      return count > 0;
    }
  }
}
