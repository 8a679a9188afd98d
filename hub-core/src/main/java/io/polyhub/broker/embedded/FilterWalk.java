package io.polyhub.broker.embedded;

import io.polyhub.broker.NameOrder;
import io.polyhub.channel.ChannelFilter;
import org.jspecify.annotations.Nullable;

/**
 * Finds the names that a filter matches among many that lie in the order of their code points,
 * without a look at each: where a name does not match it says how far to leap.
 */
final class FilterWalk {

  private final ChannelFilter filter;
  private final String[] levels;

  FilterWalk(ChannelFilter filter) {
    this.filter = filter;
    levels = filter.text().split("/", -1);
  }

  /** Returns a text that no matching name lies before. */
  String begin() {
    if (filter.exact()) {
      return filter.text();
    }
    StringBuilder begin = new StringBuilder();
    for (int i = 0; i < levels.length && !isWildcard(levels[i]); i++) {
      begin.append(levels[i]);
      if (i + 1 < levels.length && !levels[i + 1].equals("#")) {
        begin.append('/');
      }
    }
    return begin.toString();
  }

  boolean matches(String name) {
    return filter.matches(name);
  }

  /** Returns the text that follows at once on a name. */
  static String after(String name) {
    return name + '\0';
  }

  /**
   * Returns a text greater than the name, such that no matching name lies between them; null if
   * none comes at all.
   *
   * @param name one that the filter does not match
   */
  @Nullable String leap(String name) {
    if (filter.exact()) {
      return null;
    }
    if (isWildcard(levels[0]) && name.charAt(0) == '$') {
      return "%"; // the character after it
    }
    boolean fixed = true; // whether all levels so far were literal, so that none may vary
    int start = 0;
    for (String level : levels) {
      if (start > name.length()) {
        // The name ends where the filter goes on. With a varying level before, names such as
        // "a!/x" still come between "a" and "a/".
        return fixed ? name + '/' : after(name);
      }
      int slash = name.indexOf('/', start);
      int end = slash < 0 ? name.length() : slash;
      if (isWildcard(level)) {
        fixed = false;
      } else if (!(end - start == level.length() && name.startsWith(level, start))) {
        return leapAtLiteral(name, start, level, fixed);
      }
      start = end + 1;
    }
    // The name goes deeper than the filter: leap over all below that level.
    return fixed ? null : name.substring(0, start - 1) + '0';
  }

  /** Leaps where the level that begins at {@code start} should be that literal and is not. */
  private static @Nullable String leapAtLiteral(
      String name, int start, String literal, boolean fixed) {
    String wanted = name.substring(0, start) + literal;
    if (NameOrder.BY_CODE_POINT.compare(name, wanted) < 0) {
      return wanted;
    }
    String below = wanted + '/';
    if (NameOrder.BY_CODE_POINT.compare(name, below) < 0) {
      return below;
    }
    // Past all of that prefix; '0' is the character after '/'.
    return fixed ? null : name.substring(0, start - 1) + '0';
  }

  private static boolean isWildcard(String level) {
    return level.equals("+") || level.equals("#");
  }
}
