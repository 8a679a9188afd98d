package io.polyhub.broker.nats.read;

import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.nats.read.LogLooks.Look;
import io.polyhub.broker.nats.stream.CoalescedQuestions;
import io.polyhub.broker.nats.stream.LogSlice;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.RecentRing;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Answers reads of a channel from a cursor on with what came last by the live feed, where that is
 * as right as what the stream would answer. Safe for any thread; nothing here holds its caller.
 *
 * <p><b>What is asked.</b> The leader of the log is asked after the read began: first where the log
 * begins and ends, then for the last message of the channel. Both are asked once for all who read
 * at the same time, so that ten thousand readers cost a few questions, and none for what they read.
 *
 * <p><b>Why the answer is right.</b> The ring holds a run of the channel without a hole past the
 * cursor, of the log's epoch, and the leader's last message is in it or before the cursor: so what
 * is read is all that was stored past the cursor before the last question, and where it ends is an
 * end. All that the channel stored up to the log's end, as first answered, was stored before that
 * question, too: so the cursor may go on to there. Nothing of it was let go by age or size, as the
 * log still began at or before the cursor's next place; nor by number, as the run is never longer
 * than what the rule keeps: so the page is complete, and holds nothing that is hidden. Where any of
 * this does not hold, the stream is read.
 *
 * <p>What is stored later is delivered later: it enters the ring first.
 */
final class RingReads implements AutoCloseable {

  /** Whether a publication is still to come by the live feed. */
  public interface Feed {
    boolean isToCome(NatsLog log, String channel, long sequence);
  }

  /** How long to wait for what the leader has and the live feed is about to bring. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  /** What the leader said, and what had come before it was asked for the last message. */
  private record End(Look look, long last, long came) {}

  private final RecentRing ring;
  private final LogStreams logs;
  private final StreamGets gets;
  private final LogLooks looks;
  private final Feed feed;
  private final ReadMetrics metrics;
  private final InstantSource clock;
  private final int most;
  private final AtomicInteger waiting = new AtomicInteger();
  private final CoalescedQuestions<String, End> ends = new CoalescedQuestions<>(this::askEnd);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  RingReads(
      ReadLimits limits,
      RecentRing ring,
      LogStreams logs,
      ReadTools tools,
      Feed feed,
      ReadMetrics metrics) {
    this.ring = ring;
    this.logs = logs;
    this.feed = feed;
    this.metrics = metrics;
    gets = tools.gets();
    looks = tools.looks();
    clock = tools.clock();
    most = limits.queued();
    metrics.watchRing(ring::bytes);
    metrics.watchWaiting("ring", waiting::get);
  }

  /**
   * Reads. The stage completes within the limits of two requests, never exceptionally.
   *
   * @return nothing if the stream is to be read
   */
  CompletableFuture<Optional<LogPage>> read(LogQuery query) {
    Position since = since(query);
    if (since == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (!ring.covers(query.filter().text(), since)) {
      metrics.ringMissed();
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return ends.ask(query.filter().text())
        .handleAsync((end, failure) -> failure == null ? page(query, since, end) : null, threads)
        .handle((page, failure) -> {
          waiting.decrementAndGet();
          if (page == null) {
            metrics.ringMissed();
          } else {
            metrics.ringHit();
          }
          return Optional.ofNullable(page);
        });
  }

  /** The place to read from, if it is one in the log of a single channel. */
  @Nullable Position since(LogQuery query) {
    Cursor cursor = query.since();
    if (query.reverse() || cursor == null || !query.filter().exact()) {
      return null;
    }
    NatsLog.State state = logs.logOf(query.filter().text()).map(NatsLog::state).orElse(null);
    if (state == null || cursor.offset(state.epoch()).isEmpty()) {
      return null;
    }
    return new Position(state.epoch(), cursor.offset(state.epoch()).getAsLong());
  }

  private CompletableFuture<End> askEnd(String channel) {
    NatsLog log = logs.logOf(channel).orElseThrow();
    return looks
        .look(log)
        .thenCompose(look -> {
          long came = ring.last(channel);
          return gets.last(log.stream(), log.storedSubject(channel), From.LEADER)
              .thenCompose(last ->
                  awaited(
                      log,
                      channel,
                      new End(look, last.map(StoredMessage::sequence).orElse(0L), came)));
        });
  }

  private CompletableFuture<End> awaited(NatsLog log, String channel, End end) {
    boolean late = ring.last(channel) < end.last() && feed.isToCome(log, channel, end.last());
    return late
        ? ring.await(channel, end.last(), PATIENCE).thenApply(came -> end)
        : CompletableFuture.completedFuture(end);
  }

  private @Nullable LogPage page(LogQuery query, Position since, End end) {
    String channel = query.filter().text();
    if (end.last() < end.came()) {
      // What came is not there any more: whoever took it away, it is not to be shown.
      ring.forget(channel);
      return null;
    }
    Look look = end.look();
    boolean reaches = look.first() <= since.offset() + 1 && since.offset() <= look.last();
    if (!look.epoch().equals(since.epoch()) || !reaches) {
      return null;
    }
    LogSlice read =
        ring.read(channel, since, end.last(), query.limit(), query.limitBytes(), clock.instant());
    if (read == null) {
      return null;
    }
    long next = read.end() ? Math.max(read.next(), look.last()) : read.next();
    return new LogPage(
        read.publications(),
        Cursor.of(new Position(since.epoch(), next)),
        read.end(),
        read.complete());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
