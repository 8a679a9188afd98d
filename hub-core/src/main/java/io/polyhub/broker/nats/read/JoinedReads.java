package io.polyhub.broker.nats.read;

import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.stream.LogSlice;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Coalesces concurrent reads of single channels onwards from places in their logs. Of each channel
 * one read is on its way at a time, and all that are asked for meanwhile are answered by the next
 * one, which begins at the first of their places: so many clients that come back to a node that has
 * not what they missed, each from a place of its own, cost little more than one. A query that the
 * page does not reach is read alone, so none waits for more than one read of others, and none is
 * answered by what was read before it was asked. Thread-safe.
 */
final class JoinedReads {

  /** Reads a page. Does not block. */
  interface Reading {
    CompletableFuture<LogPage> read(LogQuery query);
  }

  /** What is read. */
  private record Run(String channel, String epoch) {}

  private final Reading reading;
  private final ReadMetrics metrics;
  private final int most;

  /** Who waits for the read after the one that is on its way. */
  private final Map<Run, Map<LogQuery, CompletableFuture<LogPage>>> waiting = new HashMap<>();

  private int count;

  /**
   * Begins with nothing on its way.
   *
   * @param most how many may wait; more are refused
   */
  JoinedReads(Reading reading, ReadMetrics metrics, int most) {
    this.reading = reading;
    this.metrics = metrics;
    this.most = most;
  }

  /**
   * Reads. The stage completes exceptionally with {@link UnavailableException} alone.
   *
   * @param query of a single channel, onwards, since a place in the log of that epoch
   */
  CompletableFuture<LogPage> read(LogQuery query, String epoch) {
    Run run = new Run(query.filter().text(), epoch);
    CompletableFuture<LogPage> mine = new CompletableFuture<>();
    synchronized (waiting) {
      Map<LogQuery, CompletableFuture<LogPage>> next = waiting.get(run);
      if (next != null) {
        CompletableFuture<LogPage> same = next.get(query);
        if (same == null && count >= most) {
          metrics.refused();
          return CompletableFuture.failedFuture(new UnavailableException("too many reads wait"));
        }
        if (!next.isEmpty()) {
          metrics.shared();
        }
        if (same == null) {
          count++;
          next.put(query, mine);
          same = mine;
        }
        return same.copy();
      }
      waiting.put(run, new LinkedHashMap<>());
    }
    send(run, Map.of(query, mine));
    return mine.copy();
  }

  private void send(Run run, Map<LogQuery, CompletableFuture<LogPage>> asked) {
    LogQuery joint = joint(run, asked.keySet());
    CompletableFuture<LogPage> read = reading.read(joint);
    var _ =
        read.whenComplete((_, _) -> {
          Map<LogQuery, CompletableFuture<LogPage>> next = next(run);
          if (!next.isEmpty()) {
            send(run, next);
          }
          asked.forEach((query, answer) ->
              settle(answer, read.thenCompose(page -> own(page, joint, query, run.epoch))));
        });
  }

  /** Who asked meanwhile; if nobody did, nothing is on its way any more. */
  private Map<LogQuery, CompletableFuture<LogPage>> next(Run run) {
    synchronized (waiting) {
      Map<LogQuery, CompletableFuture<LogPage>> next = waiting.remove(run);
      if (next == null || next.isEmpty()) {
        return Map.of();
      }
      count -= next.size();
      waiting.put(run, new LinkedHashMap<>());
      return next;
    }
  }

  /** What answers the query: its part of the joint page, or a page read for it alone. */
  private CompletableFuture<LogPage> own(
      LogPage page, LogQuery joint, LogQuery query, String epoch) {
    LogPage part = part(page, joint, query, epoch);
    return part == null ? reading.read(query) : CompletableFuture.completedFuture(part);
  }

  private static void settle(CompletableFuture<LogPage> answer, CompletableFuture<LogPage> own) {
    var _ =
        own.whenComplete((page, failure) -> {
          if (failure == null) {
            answer.complete(page);
          } else {
            answer.completeExceptionally(StreamGets.unavailable(failure));
          }
        });
  }

  /** One that begins at the first place and takes as much as the greediest. */
  private static LogQuery joint(Run run, Collection<LogQuery> asked) {
    LogQuery first = asked.iterator().next();
    int limit = 0;
    int limitBytes = 0;
    for (LogQuery query : asked) {
      first = since(query, run.epoch) < since(first, run.epoch) ? query : first;
      limit = Math.max(limit, query.limit());
      limitBytes = Math.max(limitBytes, query.limitBytes());
    }
    return new LogQuery(first.filter(), first.since(), limit, limitBytes, false);
  }

  private static long since(LogQuery query, String epoch) {
    Cursor since = query.since();
    return since == null ? 0 : since.offset(epoch).orElse(0);
  }

  /** What of the joint page answers the query; null if it does not reach so far, or may not. */
  private static @Nullable LogPage part(
      LogPage page, LogQuery joint, LogQuery query, String epoch) {
    if (query.equals(joint)) {
      return page;
    }
    long since = since(query, epoch);
    boolean first = since == since(joint, epoch);
    boolean complete = page.complete() || (!first && isPastFirst(page, since));
    if (!first && (!complete || page.next().offset(epoch).orElse(-1) < since)) {
      return null;
    }
    LogSlice.Basket basket = new LogSlice.Basket(query.limit(), query.limitBytes());
    long last = since;
    for (Publication publication : page.publications()) {
      Position position = publication.position();
      if (position == null || !position.epoch().equals(epoch)) {
        return null;
      }
      if (position.offset() > since) {
        if (!basket.take(publication)) {
          return new LogPage(basket.taken(), Cursor.of(new Position(epoch, last)), false, complete);
        }
        last = position.offset();
      }
    }
    boolean nothing = basket.taken().isEmpty() && !page.end();
    return nothing && !first
        ? null
        : new LogPage(basket.taken(), page.next(), page.end(), complete);
  }

  /** What is let go is the oldest: past the first that is still there nothing is missing. */
  private static boolean isPastFirst(LogPage page, long since) {
    Position first =
        page.publications().isEmpty() ? null : page.publications().getFirst().position();
    return first != null && since >= first.offset();
  }
}
