package io.polyhub.broker.nats.read;

import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.stream.LogSlice;
import io.polyhub.broker.nats.stream.LogSlice.Start;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one page of stretches, read one after the other, of the logs that a filter may touch.
 * Blocks; for one thread.
 */
final class PageReading {

  private final LogQuery query;
  private final List<NatsLog> logs;
  private final ReadTools tools;
  private final long untilNanos;

  private final List<Publication> publications = new ArrayList<>();
  private Cursor next = Cursor.EMPTY;
  private boolean end = true;
  private boolean complete = true;
  private long bytes;

  PageReading(LogQuery query, List<NatsLog> logs, ReadTools tools, long untilNanos) {
    this.query = query;
    this.logs = logs;
    this.tools = tools;
    this.untilNanos = untilNanos;
  }

  LogPage read() throws UnavailableException {
    for (NatsLog log : logs) {
      add(log);
    }
    return new LogPage(publications, next, end, complete);
  }

  private void add(NatsLog log) throws UnavailableException {
    String epoch = log.epoch();
    Start start = startIn(log, epoch);
    int limit = query.limit() - publications.size();
    long limitBytes = query.limitBytes() - bytes;
    boolean full = limit <= 0 || limitBytes <= 0;
    boolean late = !publications.isEmpty() && !tools.isBefore(untilNanos);
    if (full || !end || late) {
      leave(epoch, start);
      return;
    }
    LogSlice stretch = stretch(log, epoch, start, limit, limitBytes);
    if (!publications.isEmpty() && bytes + weight(stretch.publications()) > query.limitBytes()) {
      // Its one publication, which a stretch always holds, is for the next page.
      leave(epoch, start);
      return;
    }
    publications.addAll(stretch.publications());
    bytes += weight(stretch.publications());
    next = next.with(new Position(epoch, stretch.next()));
    end &= stretch.end();
    complete &= stretch.complete();
  }

  /** The log is for the next page. */
  private void leave(String epoch, Start start) {
    next = next.with(new Position(epoch, start instanceof Start.At(long offset) ? offset : 0));
    end = false;
    complete &= !(start instanceof Start.Lost);
  }

  private static long weight(List<Publication> publications) {
    long weight = 0;
    for (Publication publication : publications) {
      weight += publication.weight();
    }
    return weight;
  }

  private LogSlice stretch(NatsLog log, String epoch, Start start, int limit, long limitBytes)
      throws UnavailableException {
    return query.reverse()
        ? new BackwardReading(
                tools, log, epoch, query.filter().text(), limit, limitBytes, untilNanos)
            .read(start)
        : new ForwardReading(tools, log, epoch, query.filter(), limit, limitBytes, untilNanos)
            .read(start);
  }

  /**
   * Where to begin in a log. One that the reader's cursor does not speak of is read from its top,
   * unless the cursor speaks of a log that is gone, or of none of those asked for: then what was
   * read of this one is not known.
   */
  private Start startIn(NatsLog log, String epoch) throws UnavailableException {
    Cursor since = query.since();
    if (since == null) {
      return new Start.Outermost();
    }
    if (since.offset(epoch).isPresent()) {
      return new Start.At(since.offset(epoch).getAsLong());
    }
    if (!since.positions().isEmpty() && !speaksOfOurs(since)) {
      return new Start.Lost();
    }
    return new Start.At(tools.look(log, epoch).last());
  }

  private boolean speaksOfOurs(Cursor since) throws UnavailableException {
    for (NatsLog log : logs) {
      if (since.offset(log.epoch()).isPresent()) {
        return true;
      }
    }
    return false;
  }
}
