package io.polyhub.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Lets each kind of line through only so often, so that clients who come with bad manners cannot
 * fill the disk. A kind is a logger and a message before its values are set in. Below info, where
 * somebody asked for every detail, nothing is held back. What is held back is counted, and told
 * with the kind's first line of the next second.
 */
final class RepeatLimit extends TurboFilter {

  /** The most lines of one kind in one second. */
  static final int LINES_PER_SECOND = 10;

  /** The most kinds that are told apart; of those the longest unheard is forgotten. */
  static final int MAX_KINDS = 1_024;

  private final LongSupplier nanoTime;
  private final Map<Kind, Window> windows =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Kind, Window> eldest) {
          return size() > MAX_KINDS;
        }
      };

  private record Kind(String logger, String message) {}

  private static final class Window {
    private long start;
    private int lines;
    private long heldBack;

    Window(long start) {
      this.start = start;
    }
  }

  RepeatLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] values,
      @Nullable Throwable thrown) {
    if (format == null
        || !level.isGreaterOrEqual(Level.INFO)
        || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
      return FilterReply.NEUTRAL;
    }
    long heldBack = enter(new Kind(logger.getName(), format));
    if (heldBack < 0) {
      return FilterReply.DENY;
    }
    if (heldBack > 0) {
      logger.info("{} lines of this kind were held back: {}", heldBack, format);
    }
    return FilterReply.NEUTRAL;
  }

  /** Counts a line. Returns -1 to hold it back, else how many were held back before it. */
  private long enter(Kind kind) {
    long now = nanoTime.getAsLong();
    synchronized (windows) {
      Window window = windows.computeIfAbsent(kind, unseen -> new Window(now));
      long before = 0;
      if (now - window.start >= TimeUnit.SECONDS.toNanos(1)) {
        before = window.heldBack;
        window.start = now;
        window.lines = 0;
        window.heldBack = 0;
      }
      if (window.lines == LINES_PER_SECOND) {
        window.heldBack++;
        return -1;
      }
      window.lines++;
      return before;
    }
  }
}
