package io.polyhub.broker.embedded;

import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes one page of stretches, read one after the other, of the logs that a filter may touch. */
final class LogPages {

  private final LogQuery query;
  private final List<HistoryLog> logs;
  private final Set<String> epochs;

  private final List<Publication> publications = new ArrayList<>();
  private Cursor next = Cursor.EMPTY;
  private boolean end = true;
  private boolean complete = true;
  private boolean damaged;
  private long bytes;

  private LogPages(LogQuery query, List<HistoryLog> logs, Set<String> epochs) {
    this.query = query;
    this.logs = logs;
    this.epochs = epochs;
  }

  /**
   * @param logs those that the filter may touch
   * @param epochs of all logs that there are
   */
  static CompletionStage<LogPage> read(LogQuery query, List<HistoryLog> logs, Set<String> epochs) {
    return new LogPages(query, logs, epochs).readFrom(0);
  }

  private CompletionStage<LogPage> readFrom(int index) {
    if (index == logs.size()) {
      return CompletableFuture.completedStage(
          new LogPage(publications, next, end, complete, damaged));
    }
    HistoryLog log = logs.get(index);
    Stretch.Start start = startIn(log);
    int limit = query.limit() - publications.size();
    long limitBytes = query.limitBytes() - bytes;
    if (limit <= 0 || limitBytes <= 0 || !end) {
      long untouched = start instanceof Stretch.Start.At(long offset) ? offset : 0;
      next = next.with(new Position(log.epoch(), untouched));
      end = false;
      complete &= !(start instanceof Stretch.Start.Lost);
      return readFrom(index + 1);
    }
    return log.read(
            new Stretch.Request(query.filter(), start, limit, (int) limitBytes, query.reverse()))
        .thenCompose(stretch -> {
          publications.addAll(stretch.publications());
          stretch.publications().forEach(publication -> bytes += publication.weight());
          next = next.with(new Position(log.epoch(), stretch.next()));
          end &= stretch.end();
          complete &= stretch.complete();
          damaged |= stretch.damaged();
          return readFrom(index + 1);
        });
  }

  private Stretch.Start startIn(HistoryLog log) {
    Cursor since = query.since();
    if (since == null) {
      return new Stretch.Start.Outermost();
    }
    if (since.offset(log.epoch()).isPresent()) {
      return new Stretch.Start.At(since.offset(log.epoch()).getAsLong());
    }
    for (Position position : since.positions()) {
      if (!epochs.contains(position.epoch())) {
        return new Stretch.Start.Lost(); // it may have been this log's, before
      }
    }
    return new Stretch.Start.At(log.top().offset());
  }
}
