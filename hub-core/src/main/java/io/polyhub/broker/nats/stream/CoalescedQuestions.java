package io.polyhub.broker.nats.stream;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Has questions asked once for all who have them: about each thing one is on its way at a time, and
 * all who ask meanwhile are given the answer to the one after it. So nobody is given an answer to a
 * question that was asked before his own. Thread-safe.
 *
 * @param <K> what is asked about
 * @param <A> an answer
 */
public final class CoalescedQuestions<K, A> {

  /** Asks. Does not block; the stage completes within a bounded time. */
  public interface Asking<K, A> {
    public CompletableFuture<A> ask(K about);
  }

  /** One thing about which a question is on its way. */
  private static final class Turn<A> {
    private @Nullable CompletableFuture<A> next;
  }

  private final Asking<K, A> asking;
  private final Map<K, Turn<A>> turns = new HashMap<>();

  public CoalescedQuestions(Asking<K, A> asking) {
    this.asking = asking;
  }

  /** Asks about that. The answer is one to a question that is asked after this call. */
  public CompletableFuture<A> ask(K about) {
    CompletableFuture<A> mine = new CompletableFuture<>();
    synchronized (turns) {
      Turn<A> turn = turns.get(about);
      if (turn != null) {
        CompletableFuture<A> next = turn.next == null ? mine : turn.next;
        turn.next = next;
        return next.copy();
      }
      turns.put(about, new Turn<>());
    }
    send(about, mine);
    return mine.copy();
  }

  private void send(K about, CompletableFuture<A> mine) {
    var _ =
        asking
            .ask(about)
            .whenComplete((answer, failure) -> {
              CompletableFuture<A> next = next(about);
              if (next != null) {
                send(about, next);
              }
              if (failure == null) {
                mine.complete(answer);
              } else {
                mine.completeExceptionally(StreamGets.unavailable(failure));
              }
            });
  }

  /** Who asked meanwhile; if nobody did, nothing is on its way any more. */
  private @Nullable CompletableFuture<A> next(K about) {
    synchronized (turns) {
      Turn<A> turn = turns.get(about);
      CompletableFuture<A> next = turn == null ? null : turn.next;
      if (turn == null || next == null) {
        turns.remove(about);
        return null;
      }
      turn.next = null;
      return next;
    }
  }
}
