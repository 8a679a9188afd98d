package io.polyhub.broker.nats.values;

import io.polyhub.broker.Nodes;
import io.polyhub.broker.nats.stream.CoalescedQuestions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Makes last values as new as the logs. A retained publication can be read from its log, and is
 * told, a moment before it is its channel's last value; so who reads last values first has every
 * node say that what it had begun by then has ended. Of a rule one such question is on its way at a
 * time, whoever asks. Safe for any thread; nothing here blocks.
 *
 * <p>Where a node does not answer, as long is waited as a publication may take: then it has ended
 * as well.
 */
public final class LastValuesBarrier {

  static final String TOPIC = "last-values-settled";

  private static final byte[] YES = {};

  private final Nodes nodes;
  private final RetainedInFlight own;
  private final long mostNanos;
  private final LongSupplier nanoTime;
  private final CoalescedQuestions<String, Void> questions =
      new CoalescedQuestions<>(this::everyNode);

  /**
   * Begins to answer other nodes.
   *
   * @param most how long a publication may take from its beginning until it is a last value
   */
  public LastValuesBarrier(
      Nodes nodes, RetainedInFlight own, Duration most, LongSupplier nanoTime) {
    this.nodes = nodes;
    this.own = own;
    this.mostNanos = most.toNanos();
    this.nanoTime = nanoTime;
    nodes.serve(
        TOPIC,
        (node, rule) ->
            own.settled(new String(rule, StandardCharsets.UTF_8)).thenApply(settled -> YES));
  }

  /**
   * Completes once what any node had begun before this call, of these rules, has ended; never
   * exceptionally.
   */
  public CompletableFuture<Void> settled(List<String> rules) {
    List<CompletableFuture<Void>> all = new ArrayList<>(rules.size());
    for (String rule : rules) {
      all.add(questions.ask(rule));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Void> everyNode(String rule) {
    long began = nanoTime.getAsLong();
    CompletableFuture<Void> here = own.settled(rule);
    if (nodes.live().size() == 1) {
      return here;
    }
    return nodes
        .ask(TOPIC, rule.getBytes(StandardCharsets.UTF_8))
        .toCompletableFuture()
        .thenCompose(answers -> answers.complete() ? here : here.thenCompose(_ -> rest(began)));
  }

  private CompletableFuture<Void> rest(long began) {
    long left = Math.max(0, mostNanos - (nanoTime.getAsLong() - began));
    return CompletableFuture.runAsync(
        () -> {}, CompletableFuture.delayedExecutor(left, TimeUnit.NANOSECONDS));
  }
}
