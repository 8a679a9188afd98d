package io.polyhub.broker.nats.read;

import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes along the messages of one log whose subjects match any of a few patterns, in the order of
 * the log. Blocks; for one thread.
 *
 * <p>Several messages are got ahead of each pattern. That a pattern has none is believed only for
 * what was stored before it was asked for, by a server that is not behind: so no message of one
 * pattern is passed by while those of another are given.
 */
final class LogWalk {

  private final List<Way> ways = new ArrayList<>();
  private final From confirming;

  /**
   * Begins.
   *
   * @param from the first sequence to look at
   * @param expected about how many messages are wanted
   * @param expectedBytes about how many bytes of them
   */
  LogWalk(
      StreamGets gets,
      NatsLog log,
      List<String> patterns,
      long from,
      int expected,
      long expectedBytes) {
    confirming = log.replicas() == 1 ? From.ANY : From.LEADER;
    for (String pattern : patterns) {
      ways.add(new Way(new PatternWalk(gets, log, pattern, from, expected, expectedBytes)));
    }
  }

  /**
   * The next message, or null if there is none. Once there was none, those that came since are
   * found by asking again.
   */
  @Nullable StoredMessage next(From from) throws UnavailableException {
    for (Way each : ways) {
      if (!each.isAsked) {
        each.isAsked = true;
        each.noneUpTo = 0;
        each.walk.peek(from);
      }
    }
    Way first = first();
    while (first != null && !isSure(first.walk.atHand())) {
      first = first();
    }
    if (first == null) {
      ways.forEach(each -> each.isAsked = false);
      return null;
    }
    StoredMessage message = first.walk.take();
    first.isAsked = first.walk.atHand() != null;
    return message;
  }

  /** The way whose message at hand is the first of all. */
  private @Nullable Way first() {
    Way first = null;
    long lowest = Long.MAX_VALUE;
    for (Way each : ways) {
      StoredMessage message = each.walk.atHand();
      if (message != null && message.sequence() < lowest) {
        first = each;
        lowest = message.sequence();
      }
    }
    return first;
  }

  /** Makes sure that no way has a message before that one; if one may have, it is at hand now. */
  private boolean isSure(@Nullable StoredMessage message) throws UnavailableException {
    for (Way each : ways) {
      if (message != null && each.walk.atHand() == null && each.noneUpTo < message.sequence()) {
        long stored = 0;
        for (Way other : ways) {
          stored = Math.max(stored, other.walk.highest());
        }
        if (each.walk.peek(confirming) != null) {
          return false;
        }
        each.noneUpTo = stored;
      }
    }
    return true;
  }

  /** One pattern's way. */
  private static final class Way {
    private final PatternWalk walk;

    /** Whether it was asked since its last message was given. */
    private boolean isAsked;

    /** Up to there it has no message that was not given. */
    private long noneUpTo;

    Way(PatternWalk walk) {
      this.walk = walk;
    }
  }
}
