package io.polyhub.broker.nats.read;

import io.polyhub.broker.UnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads on threads of its own. A bounded number of reads goes on at a time, and a bounded number
 * waits for its turn; more are refused. Who asks what another waits to ask is given the same
 * answer: when ten thousand subscribers of a channel look for what they missed, it is read once or
 * twice. Nobody is given an answer that was begun before the question. Thread-safe.
 *
 * @param <Q> a question; equal ones have the same answer
 * @param <A> an answer
 */
public final class SharedReads<Q, A> implements AutoCloseable {

  /** Reads; blocks. */
  public interface Reading<Q, A> {
    A read(Q question) throws UnavailableException;
  }

  /** How many requests' limits a read waits for its turn, at most. */
  private static final int REQUESTS_OF_PATIENCE = 5;

  private final Reading<Q, A> reading;
  private final ReadMetrics metrics;
  private final Semaphore turns;
  private final int most;
  private final Duration patience;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("nats-read-", 0).factory());
  private final Map<Q, CompletableFuture<A>> waiting = new HashMap<>();
  private int reads;

  /**
   * Begins with no question.
   *
   * @param what is read, as metrics call it
   */
  public SharedReads(
      String what,
      ReadLimits limits,
      Duration requestTimeout,
      ReadMetrics metrics,
      Reading<Q, A> reading) {
    this.reading = reading;
    this.metrics = metrics;
    turns = new Semaphore(limits.concurrent(), true);
    most = limits.concurrent() + limits.queued();
    patience = requestTimeout.multipliedBy(REQUESTS_OF_PATIENCE);
    metrics.watchWaiting(what, turns::getQueueLength);
  }

  /** Asks. The stage fails with {@link UnavailableException} alone. */
  public CompletableFuture<A> ask(Q question) {
    CompletableFuture<A> answer;
    synchronized (waiting) {
      CompletableFuture<A> same = waiting.get(question);
      if (same != null) {
        metrics.shared();
        return same.copy();
      }
      if (reads >= most) {
        metrics.refused();
        return CompletableFuture.failedFuture(new UnavailableException("too many reads wait"));
      }
      reads++;
      answer = new CompletableFuture<>();
      waiting.put(question, answer);
    }
    try {
      threads.execute(() -> serve(question, answer));
    } catch (RejectedExecutionException closed) {
      ended(question, answer);
      answer.completeExceptionally(new UnavailableException("closed"));
    }
    return answer.copy();
  }

  private void serve(Q question, CompletableFuture<A> answer) {
    boolean turn = false;
    try {
      turn = turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
      shareNoMore(question, answer);
      if (!turn) {
        throw new UnavailableException("a read waited too long for its turn");
      }
      metrics.read();
      answer.complete(reading.read(question));
    } catch (UnavailableException e) {
      metrics.failed();
      answer.completeExceptionally(e);
    } catch (InterruptedException | RuntimeException e) {
      metrics.failed();
      answer.completeExceptionally(new UnavailableException("a read failed: " + e));
    } finally {
      if (turn) {
        turns.release();
      }
      ended(question, answer);
    }
  }

  private void shareNoMore(Q question, CompletableFuture<A> answer) {
    synchronized (waiting) {
      waiting.remove(question, answer);
    }
  }

  private void ended(Q question, CompletableFuture<A> answer) {
    synchronized (waiting) {
      waiting.remove(question, answer);
      reads--;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
