package io.polyhub.broker.nats.nodes;

import io.polyhub.broker.Nodes.Answers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Questions to other nodes that wait for answers; bounded in number. Thread-safe. */
public final class PendingQuestions {

  /** The most questions that wait at a time; more are answered at once, as by nobody. */
  public static final int MAX_WAITING = 16_384;

  private final Map<String, Ask> waiting = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  /** One question. */
  static final class Ask {
    final String id;
    final CompletableFuture<Answers> outcome = new CompletableFuture<>();
    private final Set<String> asked;
    private final Set<String> heard = new HashSet<>();
    private final List<byte[]> answers = new ArrayList<>();

    /** How many said that they cannot answer, or are not waited for. */
    private int refused;

    private Ask(String id, Set<String> asked, Set<String> notWaitedFor) {
      this.id = id;
      this.asked = new HashSet<>(asked);
      this.asked.removeAll(notWaitedFor);
      refused = asked.size() - this.asked.size();
    }

    private synchronized Set<String> unanswered() {
      return Set.copyOf(asked);
    }

    /** A node answered, or said with null that it cannot. Tells whether nobody is waited for. */
    private synchronized boolean answered(String node, byte @Nullable [] answer) {
      if (heard.add(node)) {
        if (answer == null) {
          refused++;
        } else {
          answers.add(answer);
        }
      }
      asked.remove(node);
      return asked.isEmpty();
    }

    private synchronized boolean gone(String node) {
      return asked.remove(node) && asked.isEmpty();
    }

    private synchronized boolean keepOnly(Set<String> live) {
      asked.retainAll(live);
      return asked.isEmpty();
    }

    private synchronized Answers soFar() {
      return new Answers(answers, asked.size() + refused);
    }
  }

  /** How many wait. */
  int size() {
    return waiting.size();
  }

  /**
   * Begins to wait for the answers of these nodes; null if too many questions wait already.
   *
   * @param notWaitedFor those of them without whose answers the question ends, incomplete
   */
  @Nullable Ask begin(Set<String> nodes, Set<String> notWaitedFor) {
    if (waiting.size() >= MAX_WAITING) {
      return null;
    }
    String id = Long.toString(numbers.incrementAndGet(), Character.MAX_RADIX);
    Ask ask = new Ask(id, nodes, notWaitedFor);
    waiting.put(ask.id, ask);
    return ask;
  }

  /** A node answered that question, or said with null that it cannot. */
  void answered(String id, String node, byte @Nullable [] answer) {
    Ask ask = waiting.get(id);
    if (ask != null && ask.answered(node, answer)) {
      end(ask);
    }
  }

  /** Nobody waits for that node any more. */
  void gone(String node) {
    for (Ask ask : waiting.values()) {
      if (ask.gone(node)) {
        end(ask);
      }
    }
  }

  /** Waits only for those among the nodes asked that are alive. */
  void keepOnly(Ask ask, Set<String> live) {
    if (ask.keepOnly(live)) {
      end(ask);
    }
  }

  /** Who is still waited for. */
  static Set<String> unanswered(Ask ask) {
    return ask.unanswered();
  }

  /** Waits no longer. */
  void end(Ask ask) {
    if (waiting.remove(ask.id) != null) {
      ask.outcome.complete(ask.soFar());
    }
  }

  /** Waits for nothing any more. */
  void endAll() {
    List.copyOf(waiting.values()).forEach(this::end);
  }
}
