package io.polyhub.broker.nats.nodes;

import io.polyhub.broker.Nodes.Answers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks other nodes, and waits for as long as an answer may take. Thread-safe; nothing here blocks.
 */
final class NodeQuestions implements AutoCloseable {

  private final String answersPrefix;
  private final Duration answerLimit;
  private final NodeSender sender;
  private final SilentNodes silent;
  private final ScheduledExecutorService timer;
  private final NodesMetrics metrics;
  private final LongSupplier nanos;
  private final PendingQuestions pending = new PendingQuestions();
  private volatile boolean closed;

  /**
   * Begins with no question.
   *
   * @param answersPrefix begins the subjects of answers, which end in the question's id
   */
  NodeQuestions(
      String answersPrefix,
      Duration answerLimit,
      NodeSender sender,
      SilentNodes silent,
      ScheduledExecutorService timer,
      NodesMetrics metrics,
      LongSupplier nanos) {
    this.answersPrefix = answersPrefix;
    this.answerLimit = answerLimit;
    this.sender = sender;
    this.silent = silent;
    this.timer = timer;
    this.metrics = metrics;
    this.nanos = nanos;
  }

  /** How many wait for answers. */
  int size() {
    return pending.size();
  }

  /**
   * Asks those nodes.
   *
   * @param live which nodes are alive, looked at again once the question is sent
   */
  CompletionStage<Answers> ask(
      Set<String> nodes, String subject, byte[] question, Supplier<Set<String>> live) {
    if (nodes.isEmpty()) {
      return CompletableFuture.completedStage(new Answers(List.of(), 0));
    }
    PendingQuestions.Ask ask = closed ? null : pending.begin(nodes, silent.among(nodes));
    if (ask == null) {
      metrics.asked(false);
      return CompletableFuture.completedStage(new Answers(List.of(), nodes.size()));
    }
    CompletableFuture<Answers> outcome = ask.outcome;
    if (!sender.send(subject, answersPrefix + ask.id, question)) {
      pending.end(ask);
    } else {
      endInTime(ask);
      pending.keepOnly(ask, live.get());
    }
    return outcome.whenComplete((answers, never) -> metrics.asked(answers.complete()));
  }

  private void endInTime(PendingQuestions.Ask ask) {
    long asked = nanos.getAsLong();
    Runnable giveUp =
        () -> {
          silent.unanswered(PendingQuestions.unanswered(ask), asked);
          pending.end(ask);
        };
    try {
      ScheduledFuture<?> end = timer.schedule(giveUp, answerLimit.toNanos(), TimeUnit.NANOSECONDS);
      var _ = ask.outcome.whenComplete((answers, never) -> end.cancel(false));
    } catch (RejectedExecutionException closing) {
      pending.end(ask);
    }
  }

  /** A node answered the question of that id, or with null that it cannot. */
  void answered(String id, String node, byte @Nullable [] answer) {
    pending.answered(id, node, answer);
  }

  /** No answer of that node is waited for any more. */
  void gone(String node) {
    pending.gone(node);
  }

  /** Answers what still waits, and takes no more. */
  @Override
  public void close() {
    closed = true;
    pending.endAll();
  }
}
