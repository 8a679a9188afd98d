package io.polyhub.broker.nats.read;

import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.read.ForwardReading.Entry;
import io.polyhub.broker.nats.read.LogLooks.Look;
import io.polyhub.broker.nats.stream.LogSlice;
import io.polyhub.broker.nats.stream.LogSlice.Basket;
import io.polyhub.broker.nats.stream.LogSlice.Start;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
import io.polyhub.channel.Publication;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/**
 * Reads one stretch of one channel back from a place. Blocks; for one thread.
 *
 * <p>A stream can only be read onwards. So this reads windows of the log onwards, each before the
 * last and several times as wide, and keeps of each no more than it may need. It costs one get for
 * each message of the channel in the windows: little more than the limit where the channel's
 * messages lie evenly in the log, and at worst all that the channel keeps.
 */
final class BackwardReading {

  private static final int FIRST_WINDOW = 64;
  private static final int WIDER = 4;

  private final ReadTools tools;
  private final NatsLog log;
  private final String epoch;
  private final String channel;
  private final int limit;
  private final long limitBytes;
  private final long untilNanos;
  private final From server;

  BackwardReading(
      ReadTools tools,
      NatsLog log,
      String epoch,
      String channel,
      int limit,
      long limitBytes,
      long untilNanos) {
    this.tools = tools;
    this.log = log;
    this.epoch = epoch;
    this.channel = channel;
    this.limit = limit;
    this.limitBytes = limitBytes;
    this.untilNanos = untilNanos;
    // Another server may lack the newest, and where to begin would not be the same for both.
    server = log.replicas() == 1 ? From.ANY : From.LEADER;
  }

  LogSlice read(Start start) throws UnavailableException {
    Look look = tools.look(log, epoch);
    boolean believed =
        switch (start) {
          case Start.At(long offset) -> offset <= look.last() + 1;
          case Start.Outermost() -> true;
          case Start.Lost() -> false;
        };
    long before = believed && start instanceof Start.At(long offset) ? offset : look.last() + 1;
    long oldest = oldestShown(look);
    Basket basket = new Basket(limit, limitBytes);
    long next = before;
    long window = Math.max(limit, FIRST_WINDOW);
    while (before > oldest) {
      if (!tools.isBefore(untilNanos)) {
        return cutShort(basket, before, believed);
      }
      long from = Math.max(oldest, before - window);
      Window newest = newest(from, before);
      for (Iterator<Entry> i = newest.entries.descendingIterator(); i.hasNext(); ) {
        Entry entry = i.next();
        Publication publication = entry.publication();
        if (publication != null
            && !publication.expired(tools.now())
            && !basket.take(tools.placed(publication, epoch, entry.sequence()))) {
          return new LogSlice(basket.taken(), next, false, believed);
        }
        next = entry.sequence();
      }
      if (newest.overflown) {
        return new LogSlice(basket.taken(), next, false, believed);
      }
      before = from;
      window *= WIDER;
    }
    tools.look(log, epoch);
    return new LogSlice(basket.taken(), next, true, believed);
  }

  private static LogSlice cutShort(Basket basket, long before, boolean believed)
      throws UnavailableException {
    if (basket.taken().isEmpty()) {
      throw new UnavailableException("reading back took too long");
    }
    return new LogSlice(basket.taken(), before, false, believed);
  }

  /** From where the channel's messages are shown: past the one that the rule no longer keeps. */
  private long oldestShown(Look look) throws UnavailableException {
    long keeps = log.rule().history().count();
    if (!look.mayHoldMoreThan(keeps)) {
      return look.first();
    }
    String subject = log.storedSubject(channel);
    long holds = tools.gets().counts(log.stream(), List.of(subject)).getOrDefault(subject, 0L);
    long first =
        StreamGets.await(tools.gets().next(log.stream(), subject, 1, From.LEADER))
            .map(StoredMessage::sequence)
            .orElse(look.last() + 1);
    return holds > keeps ? first + 1 : first;
  }

  /** The newest entries of a window, a few more than fit. */
  private static final class Window {
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private boolean overflown;
  }

  private Window newest(long from, long before) throws UnavailableException {
    Window window = new Window();
    long bytes = 0;
    int wanted = 0;
    LogWalk walk =
        new LogWalk(
            tools.gets(),
            log,
            List.of(log.storedSubject(channel)),
            from,
            (int) Math.min(before - from, limit + 2),
            limitBytes);
    StoredMessage message = walk.next(server);
    while (message != null && message.sequence() < before) {
      Publication publication = tools.decode(message);
      if (publication != null && !publication.expired(tools.now())) {
        window.entries.add(new Entry(message.subject(), message.sequence(), publication));
        bytes += publication.weight();
        wanted++;
      }
      while (wanted > 1 && (wanted > limit + 1 || bytes > limitBytes + weight(window.entries))) {
        bytes -= weight(window.entries);
        window.entries.remove();
        window.overflown = true;
        wanted--;
      }
      if (!tools.isBefore(untilNanos)) {
        throw new UnavailableException("reading back took too long");
      }
      message = walk.next(server);
    }
    return window;
  }

  private static int weight(ArrayDeque<Entry> entries) {
    Entry first = entries.peek();
    Publication publication = first == null ? null : first.publication();
    return publication == null ? 0 : publication.weight();
  }
}
