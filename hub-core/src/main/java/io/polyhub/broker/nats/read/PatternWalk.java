package io.polyhub.broker.nats.read;

import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.stream.BatchGets.Batch;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes along the messages of one log whose subjects match one pattern, and gets several ahead.
 * Blocks; for one thread.
 *
 * <p>Where servers know batches, one question brings many. Others answer a question for the first
 * message at or past a place with one message, so several such questions are on their way at a
 * time, for places a little apart. Each answer proves that nothing of the pattern lies between its
 * place and its message. What these stretches leave open between them is asked for next, and a
 * message is only given once all before it is proven: whatever places are guessed, none is passed
 * by. Guessing well saves questions; it begins with one and grows, so that a few messages cost
 * little more than before.
 */
final class PatternWalk {

  /** The most messages that one question asks for. */
  private static final int BATCH = 1_024;

  /** The most questions for single messages that are on their way at a time. */
  private static final int WIDEST = 32;

  private static final int WIDER = 4;

  private final StreamGets gets;
  private final From reading;

  /** Who is asked for single messages: see {@link StreamGets#reading}. */
  private final From singly;

  private final String stream;
  private final String pattern;
  private final int expected;
  private final long expectedBytes;

  /** What is proven: from the key on, the message is the first of the pattern. */
  private final TreeMap<Long, StoredMessage> proven = new TreeMap<>();

  /** All before this was given. */
  private long next;

  /** How many questions are on their way at a time. */
  private int width = 1;

  /** How far places are apart: about as far as messages are. */
  private long stride = 1;

  private long firstGiven;
  private int given;

  /** Whether a server answered that knows no batches. */
  private boolean single;

  private long highest;
  private long gotBytes;
  private int got;

  /**
   * Begins.
   *
   * @param from the first sequence to look at
   * @param expected about how many messages are wanted
   * @param expectedBytes about how many bytes of them
   */
  PatternWalk(
      StreamGets gets, NatsLog log, String pattern, long from, int expected, long expectedBytes) {
    this.gets = gets;
    this.reading = gets.reading(log);
    this.singly = log.replicas() == 1 ? From.ANY : From.LEADER;
    this.stream = log.stream();
    this.pattern = pattern;
    this.expected = Math.clamp(expected, 1, BATCH);
    this.expectedBytes = Math.max(1, expectedBytes);
    next = Math.max(1, from);
  }

  /** Gets the next message, and leaves it at hand; null if there is none now. */
  @Nullable StoredMessage peek(From from) throws UnavailableException {
    StoredMessage message = atHand();
    if (message != null) {
      return message;
    }
    if (from == reading) {
      getAhead();
    } else {
      gets(List.of(next), from);
    }
    return atHand();
  }

  /** Gives the message at hand. */
  StoredMessage take() {
    StoredMessage message = atHand();
    if (message == null) {
      throw new IllegalStateException("nothing at hand (expected: a message that was looked at)");
    }
    if (given == 0) {
      firstGiven = message.sequence();
    }
    given++;
    next = message.sequence() + 1;
    return message;
  }

  /** The highest sequence of all that was got. */
  long highest() {
    return highest;
  }

  /** The next message if it was got already. */
  @Nullable StoredMessage atHand() {
    while (true) {
      Map.Entry<Long, StoredMessage> first = proven.firstEntry();
      if (first == null || first.getKey() > next) {
        return null;
      }
      if (first.getValue().sequence() >= next) {
        return first.getValue();
      }
      proven.pollFirstEntry();
    }
  }

  private void getAhead() throws UnavailableException {
    if (single || !gets.getsMany()) {
      adapt();
      gets(places(), singly);
      return;
    }
    Batch batch = StreamGets.await(gets.nextMany(stream, pattern, next, expected, expectedBytes));
    single = !batch.batched();
    long from = next;
    for (StoredMessage message : batch.messages()) {
      prove(from, message);
      from = message.sequence() + 1;
    }
  }

  /** Where to ask: at what is open, foremost first, at some distance from each other. */
  private List<Long> places() {
    List<Long> places = new ArrayList<>(width);
    long open = next;
    for (Map.Entry<Long, StoredMessage> each : proven.entrySet()) {
      while (open < each.getKey() && places.size() < width) {
        places.add(open);
        open += stride;
      }
      open = Math.max(open, each.getValue().sequence() + 1);
    }
    while (places.size() < width) {
      places.add(open);
      open += stride;
    }
    return places;
  }

  /**
   * Asks at those places, or at fewer while others ask much. If nothing lies at or past the first,
   * what was found further on, on a server that has more, is forgotten.
   */
  private void gets(List<Long> places, From from) throws UnavailableException {
    int ahead = gets.mayAskAhead(places.size() - 1);
    try {
      List<CompletableFuture<Optional<StoredMessage>>> answers = new ArrayList<>();
      for (Long place : places.subList(0, 1 + ahead)) {
        answers.add(gets.next(stream, pattern, place, from));
      }
      StreamGets.await(answers.getFirst()).ifPresent(prover(places.getFirst()));
      for (int i = 1; i < answers.size(); i++) {
        StreamGets.await(answers.get(i)).ifPresent(prover(places.get(i)));
      }
    } catch (UnavailableException late) {
      if (atHand() == null) {
        throw late;
      }
      // The first is there, which is enough to go on; the server has more to do than it can.
      width = 1;
    } finally {
      gets.askedAhead(ahead);
    }
    if (atHand() == null) {
      proven.clear();
    }
  }

  private Consumer<StoredMessage> prover(long from) {
    return message -> prove(from, message);
  }

  private void prove(long from, StoredMessage message) {
    proven.putIfAbsent(from, message);
    if (message.sequence() > highest) {
      highest = message.sequence();
      gotBytes += message.data().length;
      got++;
    }
  }

  /** So that what is on its way is not much more than what is wanted, and little of it twice. */
  private void adapt() {
    if (given > 1) {
      stride = Math.max(1, (next - firstGiven) / given);
    }
    if (got > 0) {
      long fits = Math.max(1, expectedBytes / Math.max(1, gotBytes / got));
      int wanted = expected - got % expected;
      width = (int) Math.min(Math.min(width * WIDER, WIDEST), Math.min(fits, wanted));
    }
  }
}
