package io.polyhub.broker.nats.read;

import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.RecentRing;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Reads history from the ring or from the streams, and tells where the logs end. Safe for any
 * thread; nothing here holds its caller.
 */
public final class LogReader implements AutoCloseable {

  /** How many requests' limits one page is read, at most; then it ends where it is. */
  private static final int REQUESTS_PER_PAGE = 2;

  private final LogStreams logs;
  private final ReadTools tools;
  private final Duration pageTime;
  private final RingReads ring;
  private final SharedReads<LogQuery, LogPage> reads;
  private final JoinedReads joined;

  /**
   * Begins.
   *
   * @param ring what came last by the live feed
   * @param feed tells what is still to come by it
   * @param onDoubt asks to have the streams looked at, because one is not as it is known
   */
  public LogReader(
      ReadLimits limits,
      StreamGets gets,
      LogStreams logs,
      RecentRing ring,
      RingReads.Feed feed,
      ReadMetrics metrics,
      InstantSource clock,
      LongSupplier nanoTime,
      Runnable onDoubt) {
    this.logs = logs;
    tools = new ReadTools(gets, new LogLooks(gets, onDoubt), clock, nanoTime);
    pageTime = gets.requestTimeout().multipliedBy(REQUESTS_PER_PAGE);
    this.ring = new RingReads(limits, ring, logs, tools, feed, metrics);
    reads = new SharedReads<>("history", limits, gets.requestTimeout(), metrics, this::page);
    joined = new JoinedReads(reads::ask, metrics, limits.queued());
  }

  /** See {@link io.polyhub.broker.Broker#read}. */
  public CompletableFuture<LogPage> read(LogQuery query) {
    return ring.read(query)
        .thenCompose(
            page -> page.map(CompletableFuture::completedFuture).orElseGet(() -> stored(query)));
  }

  private CompletableFuture<LogPage> stored(LogQuery query) {
    Position since = ring.since(query);
    return since == null ? reads.ask(query) : joined.read(query, since.epoch());
  }

  private LogPage page(LogQuery query) throws UnavailableException {
    long untilNanos = tools.nanoTime().getAsLong() + pageTime.toNanos();
    return new PageReading(query, logs.logsOf(query.filter()), tools, untilNanos).read();
  }

  /** See {@link io.polyhub.broker.Broker#top}. */
  public CompletableFuture<Cursor> top(ChannelFilter filter) {
    List<CompletableFuture<LogLooks.Look>> looks = new ArrayList<>();
    for (NatsLog log : logs.logsOf(filter)) {
      looks.add(tools.looks().look(log));
    }
    CompletableFuture<Cursor> top = CompletableFuture.completedFuture(Cursor.EMPTY);
    for (CompletableFuture<LogLooks.Look> each : looks) {
      top = top.thenCombine(each, (cursor, look) -> cursor.with(look.top()));
    }
    return top.exceptionallyCompose(
        failure -> CompletableFuture.failedFuture(StreamGets.unavailable(failure)));
  }

  @Override
  public void close() {
    ring.close();
    reads.close();
  }
}
