package io.polyhub.broker.nats.read;

import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.read.LogLooks.Look;
import io.polyhub.broker.nats.stream.LogSlice;
import io.polyhub.broker.nats.stream.LogSlice.Basket;
import io.polyhub.broker.nats.stream.LogSlice.Start;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets.From;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one stretch of one log onwards. Blocks; for one thread.
 *
 * <p>First it gets the messages in their order from any server that holds the stream. Then it asks
 * the leader where the log begins and ends, and only then judges what may be missing and what is no
 * longer to be shown: nothing can have been let go before it was got and yet be there when the
 * leader is asked. At last it asks the leader whether more has come, so that an end is one.
 */
final class ForwardReading {

  /** The most messages that one stretch looks at, wanted or not. */
  static final int LOOKED_AT_MOST = 20_000;

  private final ReadTools tools;
  private final NatsLog log;
  private final String epoch;
  private final ChannelFilter filter;
  private final int limit;
  private final long limitBytes;
  private final long untilNanos;

  /**
   * Prepares to read.
   *
   * @param untilNanos when it looks at no more, and the stretch ends where it is
   */
  ForwardReading(
      ReadTools tools,
      NatsLog log,
      String epoch,
      ChannelFilter filter,
      int limit,
      long limitBytes,
      long untilNanos) {
    this.tools = tools;
    this.log = log;
    this.epoch = epoch;
    this.filter = filter;
    this.limit = limit;
    this.limitBytes = limitBytes;
    this.untilNanos = untilNanos;
  }

  LogSlice read(Start start) throws UnavailableException {
    LogSlice stretch = attempt(start);
    // What is there but not shown must not make a page that looks empty.
    while (stretch.publications().isEmpty() && !stretch.end() && tools.isBefore(untilNanos)) {
      LogSlice more = attempt(new Start.At(stretch.next()));
      stretch =
          new LogSlice(
              more.publications(), more.next(), more.end(), stretch.complete() && more.complete());
    }
    return stretch;
  }

  private LogSlice attempt(Start start) throws UnavailableException {
    long from = start instanceof Start.At(long offset) ? offset : 0;
    LogWalk walk =
        new LogWalk(tools.gets(), log, log.storedSubjects(filter), from + 1, limit + 2, limitBytes);
    Looked looked = new Looked(from);
    boolean exhausted = looked.at(walk, tools.gets().reading(log), start);
    Look look = tools.look(log, epoch);
    if (start instanceof Start.At && from > look.last()) {
      return attempt(new Start.Lost());
    }
    while (exhausted) {
      long before = looked.last;
      exhausted = looked.at(walk, From.LEADER, start);
      if (looked.last == before) {
        break;
      }
      look = tools.look(log, epoch);
    }
    Completeness kept =
        Completeness.judge(tools, log, filter, start, look, looked.entries, exhausted);
    return stretch(looked, look, kept, exhausted);
  }

  private LogSlice stretch(Looked looked, Look look, Completeness kept, boolean exhausted) {
    Basket basket = new Basket(limit, limitBytes);
    long next = looked.from;
    for (Entry entry : looked.entries) {
      Publication publication = entry.publication();
      if (publication != null
          && !kept.hides(entry)
          && !basket.take(tools.placed(publication, epoch, entry.sequence()))) {
        return new LogSlice(basket.taken(), next, false, kept.complete());
      }
      next = entry.sequence();
    }
    return new LogSlice(
        basket.taken(),
        exhausted ? Math.max(looked.last, look.last()) : looked.last,
        exhausted,
        kept.complete());
  }

  /**
   * A message that was looked at and whose channel the filter matches.
   *
   * @param publication null if it has expired or is not understood
   */
  record Entry(String subject, long sequence, @Nullable Publication publication) {}

  /** What was looked at. */
  private final class Looked {
    private final long from;
    private final List<Entry> entries = new ArrayList<>();
    private long last;
    private int count;
    private int wanted;
    private long bytes;

    Looked(long from) {
      this.from = from;
      last = from;
    }

    /** Looks at more, and tells whether there was no more. */
    boolean at(LogWalk walk, From server, Start start) throws UnavailableException {
      // The oldest of a channel may be kept just to prove that nothing before it is missing.
      int spare = start instanceof Start.At ? 0 : 1;
      while (count == 0 || (wanted <= limit + spare && mayLookOn(spare))) {
        StoredMessage message = walk.next(server);
        if (message == null) {
          return true;
        }
        count++;
        last = message.sequence();
        if (tools.matches(log, filter, message.subject())) {
          add(message);
        }
      }
      return false;
    }

    private boolean mayLookOn(int spare) {
      return count < LOOKED_AT_MOST
          && (wanted <= 1 + spare || bytes <= limitBytes)
          && tools.isBefore(untilNanos);
    }

    private void add(StoredMessage message) {
      Publication publication = tools.decode(message);
      if (publication != null && publication.expired(tools.now())) {
        publication = null;
      }
      entries.add(new Entry(message.subject(), message.sequence(), publication));
      if (publication != null) {
        bytes += wanted == 0 ? 0 : publication.weight();
        wanted++;
      }
    }
  }
}
