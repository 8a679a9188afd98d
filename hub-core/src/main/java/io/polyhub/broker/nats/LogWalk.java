package io.polyhub.broker.nats;

import io.polyhub.broker.UnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Goes along the messages of one log whose subjects match any of a few patterns, in the order of
 * the log. Blocks; for one thread.
 */
final class LogWalk {

  private final StreamGets gets;
  private final String stream;
  private final List<Ahead> ahead = new ArrayList<>();

  LogWalk(StreamGets gets, String stream, List<String> patterns, long from) {
    this.gets = gets;
    this.stream = stream;
    for (String pattern : patterns) {
      ahead.add(new Ahead(pattern, from));
    }
  }

  /**
   * The next message, or null if there is none. Once there was none, those that came since are
   * found by asking again.
   */
  @Nullable StoredMessage next(StreamGets.From from) throws UnavailableException {
    ArrayDeque<Ahead> asking = new ArrayDeque<>();
    List<CompletableFuture<Optional<StoredMessage>>> answers = new ArrayList<>();
    for (Ahead each : ahead) {
      if (each.head == null) {
        asking.add(each);
        answers.add(gets.next(stream, each.pattern, each.from, from));
      }
    }
    for (CompletableFuture<Optional<StoredMessage>> answer : answers) {
      asking.remove().head = StreamGets.await(answer).orElse(null);
    }
    Ahead first = null;
    StoredMessage found = null;
    for (Ahead each : ahead) {
      StoredMessage head = each.head;
      if (head != null && (found == null || head.sequence() < found.sequence())) {
        first = each;
        found = head;
      }
    }
    if (first != null && found != null) {
      first.head = null;
      first.from = found.sequence() + 1;
    }
    return found;
  }

  /** One pattern's way. */
  private static final class Ahead {
    private final String pattern;
    private long from;
    private @Nullable StoredMessage head;

    private Ahead(String pattern, long from) {
      this.pattern = pattern;
      this.from = from;
    }
  }
}
