package io.polyhub.conformance;

import io.polyhub.hub.Subscribed.Recovery;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What one subscription of a client has received. Any thread. */
public final class Feed {

  private final Wish wish;
  private final List<Received> received = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<Integer> lostAt = new ArrayList<>();
  private String cursor = "";
  private Recovery recovery = Recovery.NOT_ASKED;
  private String ended = "";

  /** Somebody came to the channel, or left it. */
  public record Change(boolean joined, String channel, String session) {}

  /**
   * What came in a while.
   *
   * @param received the messages
   * @param lostAt before which of them, by their indices, the client was told that some are missing
   * @param cursor the place after them; empty where the kind has none
   */
  public record Taken(List<Received> received, List<Integer> lostAt, String cursor) {

    public Taken {
      received = List.copyOf(received);
      lostAt = List.copyOf(lostAt);
    }
  }

  Feed(Wish wish) {
    this.wish = wish;
  }

  Wish wish() {
    return wish;
  }

  /** The server has acknowledged the subscription. Some clients hear of messages sooner. */
  synchronized void began(String at, Recovery how) {
    if (received.isEmpty()) {
      cursor = at;
    }
    recovery = how;
    if (how == Recovery.UNRECOVERABLE) {
      lostAt.add(received.size());
    }
    notifyAll();
  }

  synchronized void add(Received one) {
    received.add(one);
    if (!one.cursor().isEmpty()) {
      cursor = one.cursor();
    }
    notifyAll();
  }

  synchronized void add(Change change) {
    changes.add(change);
    notifyAll();
  }

  /** The server has ended it, for the reason that the code says. */
  synchronized void end(String code) {
    ended = code;
    notifyAll();
  }

  /** Takes what came since it was last taken, and forgets it. */
  public synchronized Taken take() {
    Taken taken = new Taken(received, lostAt, cursor);
    received.clear();
    lostAt.clear();
    return taken;
  }

  /** The place after what was received; empty where the kind has none. */
  synchronized String cursor() {
    return cursor;
  }

  synchronized Recovery recovery() {
    return recovery;
  }

  synchronized int size() {
    return received.size();
  }

  /** All that was received, once it is at least so much. */
  synchronized List<Message> messages(int count) {
    await("received " + count, () -> received.size() >= count);
    return received.stream().map(Received::message).toList();
  }

  /** The payloads received, as text, once they are at least so many. */
  List<String> texts(int count) {
    return messages(count).stream().map(Message::text).toList();
  }

  /** Waits until the newest message says so. */
  synchronized void endsWith(String text) {
    await(
        "ends with " + text,
        () -> !received.isEmpty() && received.getLast().message().text().equals(text));
  }

  /** Who came and went, once at least so many did. */
  synchronized List<Change> changes(int count) {
    await("told of " + count + " members", () -> changes.size() >= count);
    return List.copyOf(changes);
  }

  /** Waits until that session has come, or gone. */
  synchronized void awaitChange(boolean joined, String session) {
    await(
        (joined ? "joined " : "left ") + session,
        () ->
            changes.stream()
                .anyMatch(change -> change.joined == joined && change.session.equals(session)));
  }

  public synchronized boolean hasEnded() {
    return !ended.isEmpty();
  }

  /** The code with which the server ended it. */
  public synchronized String endedBecause() {
    await("ended", () -> !ended.isEmpty());
    return ended;
  }

  private void await(String what, BooleanSupplier fact) {
    long deadline = System.nanoTime() + Await.LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            wish
                + " not within "
                + Await.LIMIT
                + ": "
                + what
                + "; has "
                + received.size()
                + " messages, "
                + changes
                + ", ended: "
                + ended);
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }
  }
}
