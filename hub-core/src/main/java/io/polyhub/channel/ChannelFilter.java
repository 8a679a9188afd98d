package io.polyhub.channel;

import java.util.Optional;

/**
 * A channel name that may hold wildcards: {@code +} stands for one whole level, {@code #}, as the
 * last level, for all that follows and for the level before it (MQTT 5.0 section 4.7.1).
 *
 * <p>A filter that begins with a wildcard does not match channels that begin with {@code $}
 * (section 4.7.2). A filter without wildcards matches the one channel of that name.
 *
 * @param text the filter as it was written
 * @param exact whether it holds no wildcard, and so names one channel
 */
public record ChannelFilter(String text, boolean exact) {

  /** Matches every channel. */
  public static final ChannelFilter ALL = new ChannelFilter("#", false);

  public ChannelFilter {
    if (!ChannelName.isWellFormed(text) || !wildcardsStandAlone(text)) {
      throw new IllegalArgumentException("filter: " + text + " (expected: a channel filter)");
    }
    boolean hasNone = text.indexOf('+') < 0 && text.indexOf('#') < 0;
    if (exact != hasNone) {
      throw new IllegalArgumentException("exact: " + exact + " (expected: " + hasNone + ")");
    }
  }

  /** Returns the filter that {@code text} writes, or nothing if it writes none. */
  public static Optional<ChannelFilter> parse(String text) {
    if (!ChannelName.isWellFormed(text) || !wildcardsStandAlone(text)) {
      return Optional.empty();
    }
    return Optional.of(of(text));
  }

  /**
   * Returns the filter that {@code text} writes.
   *
   * @throws IllegalArgumentException if it writes none
   */
  public static ChannelFilter of(String text) {
    return new ChannelFilter(text, text.indexOf('+') < 0 && text.indexOf('#') < 0);
  }

  private static boolean wildcardsStandAlone(String text) {
    int last = text.length() - 1;
    for (int i = 0; i <= last; i++) {
      char c = text.charAt(i);
      if (c != '+' && c != '#') {
        continue;
      }
      boolean startsLevel = i == 0 || text.charAt(i - 1) == '/';
      boolean endsLevel = i == last || text.charAt(i + 1) == '/';
      if (!startsLevel || !endsLevel || (c == '#' && i != last)) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether this filter matches the channel {@code name}. */
  public boolean matches(String name) {
    if (exact) {
      return text.equals(name);
    }
    return covers(name);
  }

  /**
   * Tells whether every channel that {@code other} can match is matched by this filter too.
   *
   * <p>This is what a grant is checked with: a client may subscribe to a filter only if one of its
   * grants covers it.
   */
  public boolean covers(ChannelFilter other) {
    return covers(other.text);
  }

  /**
   * Walks both texts level by level. A {@code +} of ours covers any one level but {@code #}; a
   * {@code #} of ours covers the rest, and also the end of the text.
   */
  private boolean covers(String other) {
    if (hidesFrom(text, other)) {
      return false;
    }
    int ours = 0;
    int theirs = 0;
    while (ours <= text.length()) {
      int ourEnd = levelEnd(text, ours);
      if (isLevel(text, ours, ourEnd, '#')) {
        return true;
      }
      if (theirs > other.length()) {
        return false;
      }
      int theirEnd = levelEnd(other, theirs);
      if (isLevel(other, theirs, theirEnd, '#')) {
        return false;
      }
      if (!isLevel(text, ours, ourEnd, '+')
          && !(ourEnd - ours == theirEnd - theirs
              && text.regionMatches(ours, other, theirs, ourEnd - ours))) {
        return false;
      }
      ours = ourEnd + 1;
      theirs = theirEnd + 1;
    }
    return theirs > other.length();
  }

  /**
   * Tells whether some channel can match both filters. May say yes where none can; never the
   * reverse.
   */
  public boolean overlaps(ChannelFilter other) {
    if (hidesFrom(text, other.text) || hidesFrom(other.text, text)) {
      return false;
    }
    int ours = 0;
    int theirs = 0;
    while (ours <= text.length() && theirs <= other.text.length()) {
      int ourEnd = levelEnd(text, ours);
      int theirEnd = levelEnd(other.text, theirs);
      if (isLevel(text, ours, ourEnd, '#') || isLevel(other.text, theirs, theirEnd, '#')) {
        return true;
      }
      boolean anyLevel =
          isLevel(text, ours, ourEnd, '+') || isLevel(other.text, theirs, theirEnd, '+');
      boolean sameLevel =
          ourEnd - ours == theirEnd - theirs
              && text.regionMatches(ours, other.text, theirs, ourEnd - ours);
      if (!anyLevel && !sameLevel) {
        return false;
      }
      ours = ourEnd + 1;
      theirs = theirEnd + 1;
    }
    return endsOrHash(text, ours) && endsOrHash(other.text, theirs);
  }

  /**
   * Whether names that the other text can stand for begin with a {@code $} that this one misses.
   */
  private static boolean hidesFrom(String text, String other) {
    return (text.charAt(0) == '+' || text.charAt(0) == '#') && other.charAt(0) == '$';
  }

  private static boolean endsOrHash(String text, int start) {
    return start > text.length() || isLevel(text, start, text.length(), '#');
  }

  private static int levelEnd(String text, int start) {
    int end = text.indexOf('/', start);
    return end < 0 ? text.length() : end;
  }

  private static boolean isLevel(String text, int start, int end, char wildcard) {
    return end - start == 1 && text.charAt(start) == wildcard;
  }

  @Override
  public String toString() {
    return text;
  }
}
