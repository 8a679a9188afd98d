package io.polyhub.hub.nodes;

import io.polyhub.hub.Lane;
import io.polyhub.proto.nodes.v1.ReachAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on sessions of this node, each in its lane. So many in one turn of a lane, so that clients'
 * work goes on between them however many sessions there are. Used once.
 */
final class ReachRounds {

  /** The most sessions of one turn of a lane. */
  static final int SESSIONS_PER_TURN = 64;

  /** How long the answer is waited for. What is not done by then is done all the same. */
  static final Duration LIMIT = Duration.ofMillis(800);

  private static final Logger log = LoggerFactory.getLogger(ReachRounds.class);

  private final Function<NodeSession, Became> act;
  private final ReachMetrics metrics;
  private final Map<Became, AtomicInteger> counts = new EnumMap<>(Became.class);

  ReachRounds(Function<NodeSession, Became> act, ReachMetrics metrics) {
    this.act = act;
    this.metrics = metrics;
    // Only the numbers change later, so that every lane may look one up.
    for (Became became : Became.values()) {
      counts.put(became, new AtomicInteger());
    }
  }

  /**
   * Begins. The stage completes within the limit, never exceptionally.
   *
   * @param finished called once, when the last session is done with, however long that takes
   */
  CompletionStage<ReachAnswer> start(List<? extends NodeSession> meant, Runnable finished) {
    Map<Lane, List<NodeSession>> byLane = new HashMap<>();
    for (NodeSession session : meant) {
      byLane.computeIfAbsent(session.lane(), lane -> new ArrayList<>()).add(session);
    }
    List<CompletableFuture<Void>> lanes = new ArrayList<>();
    byLane.forEach((lane, sessions) -> {
      CompletableFuture<Void> done = new CompletableFuture<>();
      lanes.add(done);
      lane.execute(() -> round(lane, sessions, 0, done));
    });
    CompletableFuture<Void> all = CompletableFuture.allOf(lanes.toArray(CompletableFuture[]::new));
    return all.whenComplete((done, never) -> finished.run())
        .thenApply(done -> true)
        .completeOnTimeout(false, LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(this::tally);
  }

  private void round(
      Lane lane, List<NodeSession> sessions, int from, CompletableFuture<Void> done) {
    int to = Math.min(from + SESSIONS_PER_TURN, sessions.size());
    for (NodeSession session : sessions.subList(from, to)) {
      Became became = acted(session);
      counter(became).incrementAndGet();
      metrics.reached(became);
    }
    if (to < sessions.size()) {
      lane.execute(() -> round(lane, sessions, to, done));
    } else {
      done.complete(null);
    }
  }

  /** One session's fault stops neither the others' turn nor the end of the action. */
  private Became acted(NodeSession session) {
    try {
      return session.isOpen() ? act.apply(session) : Became.NOTHING;
    } catch (RuntimeException fault) {
      log.error("An action on session {} failed", session.id(), fault);
      return Became.NOTHING;
    }
  }

  private AtomicInteger counter(Became became) {
    return Objects.requireNonNull(counts.get(became));
  }

  private ReachAnswer tally(boolean finished) {
    return ReachAnswer.newBuilder()
        .setEnded(counter(Became.ENDED).get())
        .setAsked(counter(Became.ASKED).get())
        .setSent(counter(Became.SENT).get())
        .setBusy(counter(Became.BUSY).get())
        .setNotPossible(counter(Became.NOT_POSSIBLE).get())
        .setUnfinished(!finished)
        .build();
  }
}
