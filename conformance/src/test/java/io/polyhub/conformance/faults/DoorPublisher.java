package io.polyhub.conformance.faults;

import io.polyhub.conformance.DoorClient;
import io.polyhub.conformance.DoorKind;
import io.polyhub.conformance.Doors;
import io.polyhub.conformance.Feature;
import io.polyhub.conformance.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * Publishes numbers to a channel, a few at a time. Where its door has keys, it repeats what was not
 * acknowledged until it is, in order and before anything new; elsewhere it gives that up.
 */
final class DoorPublisher extends Comeback {

  /** How many publications are on their way at a time. */
  static final int WINDOW = 4;

  /** After this a connection is held for dead; longer than the hub takes to refuse. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(9);

  private static final long REFUSED_PAUSE_MILLIS = 100;

  private final String name;
  private final String channel;
  private final Duration pace;
  private final Ledger ledger = new Ledger();
  private final TreeSet<Long> unfinished = new TreeSet<>();
  private final Deque<Sent> sent = new ArrayDeque<>();
  private volatile boolean allowed;
  private volatile boolean settled = true;

  private record Sent(long number, CompletableFuture<String> answer) {}

  /**
   * @param pace how long to wait between two publications
   */
  DoorPublisher(
      String name,
      String channel,
      DoorKind kind,
      Doors doors,
      Duration pace,
      RandomGenerator random) {
    super(kind, doors, random);
    this.name = name;
    this.channel = channel;
    this.pace = pace;
  }

  /** What its publications say of whose they are. */
  String name() {
    return name;
  }

  String channel() {
    return channel;
  }

  /** The channel of that name. */
  static String channel(String name) {
    return "faults/" + name;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Publishes new publications from now on. */
  void go() {
    settled = false;
    allowed = true;
  }

  /** No new publications from now on. */
  void halt() {
    allowed = false;
  }

  /** Whether it is halted, and all that it does not give up is acknowledged. */
  boolean isSettled() {
    return !allowed && settled;
  }

  @Override
  void live(DoorClient client) throws InterruptedException {
    sent.clear();
    while (!isOver() && !client.closed().isDone()) {
      if (!finish(client)) {
        Thread.sleep(REFUSED_PAUSE_MILLIS);
      } else if (allowed) {
        publish(client);
      } else {
        settled = true;
        Thread.sleep(pace);
      }
    }
  }

  /** Publishes again what is unfinished, one after the other. */
  private boolean finish(DoorClient client) throws InterruptedException {
    if (!kind.has(Feature.KEYS)) {
      unfinished.clear();
    }
    List<Long> again = new ArrayList<>(unfinished);
    for (long number : again) {
      ledger.repeat(number);
      send(client, number);
      if (!awaitAll()) {
        return false;
      }
    }
    return true;
  }

  /** Publishes what is new until something goes wrong or it is halted. */
  private void publish(DoorClient client) throws InterruptedException {
    boolean well = true;
    while (well && allowed && !isOver()) {
      long number = ledger.attempt();
      unfinished.add(number);
      send(client, number);
      Thread.sleep(pace);
      while (well
          && !sent.isEmpty()
          && (sent.size() >= WINDOW || sent.getFirst().answer.isDone())) {
        well = await(sent.removeFirst());
      }
    }
    awaitAll();
  }

  private void send(DoorClient client, long number) {
    byte[] payload = Entry.payload(name, number);
    Message message = Message.of(channel(), new String(payload, StandardCharsets.UTF_8));
    sent.add(
        new Sent(
            number,
            kind.has(Feature.KEYS)
                ? client.publish(message, name + "-" + number)
                : client.publish(message)));
  }

  private boolean awaitAll() throws InterruptedException {
    boolean well = true;
    for (Iterator<Sent> each = sent.iterator(); each.hasNext(); each.remove()) {
      well &= await(each.next());
    }
    return well;
  }

  /** Tells whether it was acknowledged; throws if the connection does not answer any more. */
  private boolean await(Sent one) throws InterruptedException {
    try {
      one.answer.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      ledger.acknowledge(one.number);
      unfinished.remove(one.number);
      return true;
    } catch (ExecutionException refused) {
      return false;
    } catch (TimeoutException silent) {
      throw new CompletionException(silent);
    }
  }

  /** How it stands, in words, for when it does not come to an end. */
  String state() {
    return name + ": settled " + settled + ", the last end: " + lastEnd();
  }
}
