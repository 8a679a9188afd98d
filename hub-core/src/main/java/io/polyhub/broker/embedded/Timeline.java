package io.polyhub.broker.embedded;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which generation of the durable log is written now, and what cursors of earlier ones mean in it.
 * Any thread reads; the committer alone changes it.
 */
final class Timeline {

  private static final Logger log = LoggerFactory.getLogger(Timeline.class);

  private final DurableMetrics metrics;
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile Generations generations;

  Timeline(Generations generations, DurableMetrics metrics) {
    this.generations = generations;
    this.metrics = metrics;
    metrics.gauge("polyhub.broker.generations", () -> this.generations.size());
  }

  /** The epoch of all that is told of the log now. */
  String epoch() {
    return generations.epoch();
  }

  Generations generations() {
    return generations;
  }

  void goOnAs(Generations next) {
    generations = next;
  }

  /** See {@link Generations#renewed}. Tells the operator once if the log once went further. */
  Cursor renewed(Cursor cursor) {
    Generations now = generations;
    Cursor renewed = now.renewed(cursor);
    for (Position position : renewed.positions()) {
      if (now.isPast(position.epoch())) {
        metrics.cursorLost();
        if (told.compareAndSet(false, true)) {
          log.warn(
              "A client has a cursor that lies further than the log ever came in this data"
                  + " directory: the end of the log was lost, or an older copy of it was put back."
                  + " Such clients are told that they miss something; this is logged once");
        }
      }
    }
    return renewed;
  }
}
