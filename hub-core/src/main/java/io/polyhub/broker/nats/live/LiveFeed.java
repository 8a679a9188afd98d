package io.polyhub.broker.nats.live;

import io.polyhub.broker.Telling;
import io.polyhub.broker.nats.live.FeedPositions.Verdict;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.NatsLog.State;
import io.polyhub.broker.nats.stream.RecentRing;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what comes from logs in the order of each log. What it cannot deliver without breaking
 * that order it does not deliver, but has subscribers read.
 *
 * <p>Thread-safe. All that is delivered of logs is delivered under the feed's own monitor, which
 * nothing else locks: connections come and go, each with a thread of its own, and the old one may
 * still be at work. Positions, wildcards, sequencers and copies are guarded by it.
 */
public final class LiveFeed {

  private static final Logger logger = LoggerFactory.getLogger(LiveFeed.class);

  /** How long a message waits for one before it in its log, which comes in moments if it comes. */
  private static final long PATIENCE_NANOS = 250_000_000;

  /** A publication that came, with what its headers say. */
  record Arrival(
      NatsLog log, String subject, Publication publication, long sequence, long before) {}

  /** An arrival, with the floor of its subject. */
  private record Logged(Arrival arrival, long floor) {}

  private final List<NatsLog> logs;
  private final Telling telling;
  private final RecentRing ring;
  private final LiveMetrics metrics;
  private final Runnable onDoubt;
  private final FeedPositions positions;
  private final Wildcards wildcards = new Wildcards();
  private final CopyDetector copies = new CopyDetector();

  /** Of the logs of which all comes, because a wildcard is watched there. */
  private final Map<NatsLog, Sequencer<Logged>> sequencers = new HashMap<>();

  private long connections;

  /**
   * Begins with nothing known.
   *
   * @param ring is given all that comes, before it is delivered: then it may be asked for
   * @param onDoubt asks to have the streams looked at, because one may be another than is known
   */
  public LiveFeed(
      LiveLimits limits,
      LogStreams logs,
      Telling telling,
      RecentRing ring,
      LiveMetrics metrics,
      Runnable onDoubt) {
    this.logs = logs.all();
    this.telling = telling;
    this.ring = ring;
    this.metrics = metrics;
    this.onDoubt = onDoubt;
    positions = new FeedPositions(limits.subjectsKnown());
    this.logs.forEach(metrics::watchLog);
    metrics.watchKnown(this::known);
  }

  private synchronized int known() {
    return positions.size();
  }

  // Connections and logs

  /** A new connection: what still comes from an earlier one is dropped. Returns its number. */
  synchronized long begin() {
    return ++connections;
  }

  /** The connection is lost: what still comes from it is dropped. */
  synchronized void end() {
    connections++;
    logs.forEach(positions::doubt);
  }

  /** The stream may be another than the one that is known. */
  synchronized void doubt(NatsLog log) {
    positions.doubt(log);
  }

  /**
   * The stream was looked at, after it came into doubt: from here on it is delivered again.
   * Subscribers that may have missed something are made to read it first, for a cursor of many
   * channels must not pass by it.
   */
  synchronized void sure(NatsLog log, State state) {
    String before = positions.epoch(log);
    boolean another = !before.isEmpty() && !before.equals(state.epoch());
    boolean more = !before.isEmpty() && state.top() > positions.highestArrived(log);
    if (!before.equals(state.epoch())) {
      wildcards.restart(log);
    }
    List<String> doubted = positions.sure(log, state.epoch());
    positions.madeUp(log, state.top());
    Sequencer<Logged> sequencer = sequencers.get(log);
    if (sequencer != null) {
      sequencer.restart(state.top() + 1);
    }
    if (another) {
      ring.forget(log);
    }
    if (another || doubted == null) {
      gap(log);
      return;
    }
    for (String channel : doubted) {
      metrics.doubted();
      gap(ChannelFilter.of(channel));
    }
    if (more || !doubted.isEmpty()) {
      wildcards.in(log).forEach(this::gap);
    }
  }

  /** Goes on without what is waited for in vain; called now and then. */
  public synchronized void tick() {
    long now = System.nanoTime();
    sequencers.forEach((log, sequencer) -> goOn(log, sequencer, now));
  }

  // What is watched

  /** The first message of what is watched may come from now on. */
  synchronized void watch(WatchTarget target) {
    if (!target.filter().exact()) {
      wildcards.add(target);
    } else if (!target.logs().isEmpty() && positions.handledUpTo(target.subject()).isEmpty()) {
      NatsLog log = target.logs().getFirst();
      positions.watch(log, target.subject(), wildcards.floorOf(log, target.filter().text()));
    }
  }

  /** It is not watched any more. */
  synchronized void unwatch(WatchTarget target) {
    ChannelFilter filter = target.filter();
    if (!filter.exact()) {
      wildcards.remove(filter);
      for (NatsLog log : target.logs()) {
        if (wildcards.in(log).isEmpty()) {
          sequenceNoMore(log);
        }
      }
    } else if (!target.logs().isEmpty()) {
      positions.unwatch(target.subject(), wildcards.match(filter.text()));
    }
  }

  /** All of the target's log past that state comes from here on. */
  synchronized void begin(WatchTarget target, NatsLog log, State state) {
    ChannelFilter filter = target.filter();
    if (!filter.exact()) {
      wildcards.floor(filter, log, state.top());
      if (WatchTarget.isSequenced(log)) {
        sequencers.computeIfAbsent(log, _ -> new Sequencer<>(state.top() + 1, PATIENCE_NANOS));
      }
    } else if (!wildcards.match(filter.text())) {
      positions.floor(target.subject(), state.epoch(), state.top());
    }
  }

  /** From here on no longer all of the log comes. */
  private void sequenceNoMore(NatsLog log) {
    Sequencer<Logged> sequencer = sequencers.remove(log);
    if (sequencer != null) {
      long now = System.nanoTime();
      sequencer.skip(now);
      for (Logged next = sequencer.poll(); next != null; next = sequencer.poll()) {
        handle(next);
        sequencer.skip(now);
      }
    }
  }

  /** Has all of the log's channels read. */
  private void gap(NatsLog log) {
    log.rule().filters().forEach(this::gap);
  }

  /** Has all channels that the filter matches read. */
  void gap(ChannelFilter filter) {
    telling.onGap(filter);
  }

  // What came so far

  /** Whether that publication of a channel that is watched for itself did not come yet. */
  public synchronized boolean isToCome(NatsLog log, String channel, long sequence) {
    OptionalLong handled = handledUpTo(log, channel);
    return handled.isPresent() && handled.getAsLong() < sequence;
  }

  /** From where on something of a channel may be missing; nothing if it is not watched. */
  synchronized OptionalLong handledUpTo(NatsLog log, String channel) {
    return positions.handledUpTo(log.liveSubject(channel));
  }

  /**
   * The log's leader was asked for the next message of a channel past what had come, and has it
   * read if that did not come meanwhile.
   *
   * @param state of the log before it was asked
   * @param next the sequence of that message; nothing if there is none
   */
  synchronized void audited(NatsLog log, String channel, State state, OptionalLong next) {
    if (!positions.epoch(log).equals(state.epoch())) {
      return;
    }
    OptionalLong handled = handledUpTo(log, channel);
    if (next.isPresent() && handled.isPresent() && next.getAsLong() > handled.getAsLong()) {
      gap(ChannelFilter.of(channel));
      metrics.auditGap();
    }
    positions.floor(log.liveSubject(channel), state.epoch(), Math.max(state.top(), next.orElse(0)));
  }

  // Messages

  /** Whether a message without a log came by its connection for the first time. */
  synchronized boolean isFirst(String origin, long connection) {
    if (connection != connections) {
      return false;
    }
    if (copies.isCopy(origin)) {
      metrics.copy();
      return false;
    }
    return true;
  }

  /** A publication came from a log over the connection of that number. */
  synchronized void arrived(Arrival arrival, long connection) {
    if (connection != connections) {
      return;
    }
    NatsLog log = arrival.log();
    long floor =
        positions.knows(arrival.subject())
            ? FeedPositions.UNKNOWN
            : wildcards.floorOf(log, arrival.publication().channel());
    Logged logged = new Logged(arrival, floor);
    Sequencer<Logged> sequencer = sequencers.get(log);
    if (sequencer == null || positions.isDoubtful(log)) {
      handle(logged);
      return;
    }
    long now = System.nanoTime();
    if (sequencer.isTurn(arrival.sequence(), logged, now)) {
      handle(logged);
    }
    goOn(log, sequencer, now);
  }

  private void goOn(NatsLog log, Sequencer<Logged> sequencer, long now) {
    if (sequencer.isOverdue(now)) {
      metrics.hole();
      gap(log);
      sequencer.skip(now);
    }
    for (Logged next = sequencer.poll(); next != null; next = sequencer.poll()) {
      handle(next);
    }
  }

  private void handle(Logged logged) {
    Arrival arrival = logged.arrival();
    String channel = arrival.publication().channel();
    Verdict verdict =
        positions.arrived(
            arrival.log(),
            arrival.subject(),
            channel,
            arrival.sequence(),
            arrival.before(),
            logged.floor());
    switch (verdict) {
      case TELL -> {
        telling.onPublication(held(arrival));
        metrics.told();
      }
      case COPY -> metrics.copy();
      case DOUBT -> {}
      case HOLE -> {
        metrics.hole();
        logger.debug(
            "Something before {} of {} did not come", arrival.sequence(), arrival.subject());
        var _ = held(arrival);
        gap(ChannelFilter.of(channel));
      }
      case LATE -> {
        metrics.late();
        onDoubt.run();
        var _ = held(arrival);
        gap(ChannelFilter.of(channel));
      }
    }
  }

  /** Puts it into the ring, before it is delivered: then it may be asked for. */
  private Publication held(Arrival arrival) {
    NatsLog log = arrival.log();
    Position position = new Position(positions.epoch(log), arrival.sequence());
    Publication publication = arrival.publication().at(position);
    ring.add(log, position, arrival.before(), publication);
    return publication;
  }
}
