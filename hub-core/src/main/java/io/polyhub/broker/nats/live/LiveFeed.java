package io.polyhub.broker.nats.live;

import io.polyhub.broker.nats.link.HeaderNames;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.RecentRing;

import com.google.protobuf.UnsafeByteOperations;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.Telling;
import io.polyhub.broker.nats.stream.NatsLog.State;
import io.polyhub.broker.nats.live.FeedPositions.Verdict;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what comes from NATS on the subjects that this node subscribes to, and tells it. What it
 * cannot tell without breaking the order of a log it does not tell, but has subscribers read.
 *
 * <p>All that is told of logs is told under one lock: connections come and go, each with a thread
 * of its own, and the old one may still be at work.
 */
public final class LiveFeed {

  private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

  /** How long a message waits for one before it in its log, which comes in moments if it comes. */
  private static final long PATIENCE_NANOS = 250_000_000;

  private static final String STREAM = "Nats-Stream";
  private static final String SEQUENCE = "Nats-Sequence";
  private static final String LAST_SEQUENCE = "Nats-Last-Sequence";

  private final Map<String, NatsLog> byStream = new HashMap<>();
  private final Telling telling;
  private final RecentRing ring;
  private final LiveMetrics metrics;
  private final Consumer<byte[]> presence;
  private final Runnable onDoubt;
  private final FeedPositions places;

  /** Guarded by the places' monitor, as they are. */
  private final CopyDetector origins = new CopyDetector();

  /**
   * Of the logs of which all comes, because a wildcard is watched there. Guarded by the places'
   * monitor.
   */
  private final Map<NatsLog, Sequencer<Logged>> sequencers = new HashMap<>();

  private volatile long connections;

  public LiveFeed(
      LiveLimits limits,
      LogStreams logs,
      Telling telling,
      RecentRing ring,
      Consumer<byte[]> presence,
      LiveMetrics metrics,
      Runnable onDoubt) {
    this.telling = telling;
    this.ring = ring;
    this.presence = presence;
    this.metrics = metrics;
    this.onDoubt = onDoubt;
    places = new FeedPositions(limits.subjectsKnown());
    for (NatsLog each : logs.all()) {
      byStream.put(each.stream(), each);
      metrics.watchLog(each);
    }
  }

  /** Where each log and subject is; to be used under its monitor. */
  FeedPositions places() {
    return places;
  }

  /** A new connection: what still comes from an earlier one is not told. Returns its number. */
  long begin() {
    synchronized (places) {
      return ++connections;
    }
  }

  /** The connection is lost: what still comes from it is told no more. */
  void end() {
    synchronized (places) {
      connections++;
      byStream.values().forEach(places::doubt);
    }
  }

  /** The stream may be another than the one that is known. */
  void doubt(NatsLog of) {
    synchronized (places) {
      places.doubt(of);
    }
  }

  /**
   * The stream was looked at, after it came into doubt: from here on it is told again. Who may have
   * missed something is made to read it first, for a cursor of many channels must not pass by it.
   *
   * @param wildcards the filters with wildcards that this node watches in the log
   */
  void sure(NatsLog of, State state, List<ChannelFilter> wildcards) {
    synchronized (places) {
      String before = places.epoch(of);
      boolean another = !before.isEmpty() && !before.equals(state.epoch());
      boolean more = !before.isEmpty() && state.top() > places.highestArrived(of);
      List<String> doubted = places.sure(of, state.epoch());
      places.madeUp(of, state.top());
      Sequencer<Logged> sequencer = sequencers.get(of);
      if (sequencer != null) {
        sequencer.restart(state.top() + 1);
      }
      if (another) {
        ring.forget(of);
      }
      if (another || doubted == null) {
        gap(of);
        return;
      }
      for (String channel : doubted) {
        metrics.doubted();
        gap(ChannelFilter.of(channel));
      }
      if (more || !doubted.isEmpty()) {
        wildcards.forEach(this::gap);
      }
    }
  }

  /**
   * From here on all of the log comes. A server that keeps it alone may send it in an order that is
   * not the log's, and the cursor of a wildcard must not pass by what is still to come.
   *
   * @param top all up to there is known to be readable
   */
  void sequence(NatsLog of, long top) {
    synchronized (places) {
      sequencers.computeIfAbsent(of, log -> new Sequencer<>(top + 1, PATIENCE_NANOS));
    }
  }

  /** From here on no longer all of the log comes. */
  void sequenceNoMore(NatsLog of) {
    synchronized (places) {
      Sequencer<Logged> sequencer = sequencers.remove(of);
      if (sequencer != null) {
        long now = System.nanoTime();
        sequencer.skip(now);
        for (Logged next = sequencer.poll(); next != null; next = sequencer.poll()) {
          handle(next);
          sequencer.skip(now);
        }
      }
    }
  }

  /** Goes on without what is waited for in vain; called now and then. */
  public void tick() {
    long now = System.nanoTime();
    synchronized (places) {
      sequencers.forEach((of, sequencer) -> goOn(of, sequencer, now));
    }
  }

  private void goOn(NatsLog of, Sequencer<Logged> sequencer, long now) {
    if (sequencer.isOverdue(now)) {
      metrics.hole();
      gap(of);
      sequencer.skip(now);
    }
    for (Logged next = sequencer.poll(); next != null; next = sequencer.poll()) {
      handle(next);
    }
  }

  /** Has all of the log's channels read. */
  void gap(NatsLog of) {
    for (ChannelFilter filter : of.rule().filters()) {
      gap(filter);
    }
  }

  /** Has all channels that the filter matches read. */
  void gap(ChannelFilter filter) {
    telling.onGap(filter);
  }

  /**
   * A message came.
   *
   * @param connection the number of the connection that it came on
   * @param floorOfNew the floor of a subject of a log that nothing is known of
   */
  void on(Message message, long connection, ToLongFunction<Arrival> floorOfNew) {
    Headers headers = message.getHeaders();
    if (headers == null) {
      return;
    }
    String stream = headers.getFirst(STREAM);
    if (stream == null) {
      onUnlogged(message, headers, connection);
      return;
    }
    NatsLog of = byStream.get(stream);
    Optional<Publication> publication = decode(message);
    if (of == null || publication.isEmpty()) {
      metrics.notUnderstood();
      return;
    }
    try {
      long sequence = Long.parseLong(String.valueOf(headers.getFirst(SEQUENCE)));
      long before = Long.parseLong(String.valueOf(headers.getFirst(LAST_SEQUENCE)));
      onLogged(
          new Arrival(of, message.getSubject(), publication.get()),
          sequence,
          before,
          connection,
          floorOfNew);
    } catch (NumberFormatException notFromAStream) {
      metrics.notUnderstood();
    }
  }

  /** Whether that publication of a channel that is watched for itself did not come yet. */
  public boolean isToCome(NatsLog of, String channel, long sequence) {
    synchronized (places) {
      OptionalLong handled = places.handledUpTo(of.liveSubject(channel));
      return handled.isPresent() && handled.getAsLong() < sequence;
    }
  }

  /** A publication that came from a log. */
  record Arrival(NatsLog log, String subject, Publication publication) {}

  /** A publication that came, with what its headers say and the floor of its subject. */
  private record Logged(Arrival arrival, long sequence, long before, long floor) {}

  private void onLogged(
      Arrival arrival,
      long sequence,
      long before,
      long connection,
      ToLongFunction<Arrival> floorOfNew) {
    synchronized (places) {
      if (connection != connections) {
        return;
      }
      long floor =
          places.knows(arrival.subject()) ? FeedPositions.UNKNOWN : floorOfNew.applyAsLong(arrival);
      Logged logged = new Logged(arrival, sequence, before, floor);
      Sequencer<Logged> sequencer = sequencers.get(arrival.log());
      if (sequencer == null || places.isDoubtful(arrival.log())) {
        handle(logged);
        return;
      }
      long now = System.nanoTime();
      if (sequencer.isTurn(sequence, logged, now)) {
        handle(logged);
      }
      goOn(arrival.log(), sequencer, now);
    }
  }

  /** Under the places' monitor. */
  private void handle(Logged logged) {
    Arrival arrival = logged.arrival();
    String channel = arrival.publication().channel();
    Verdict verdict =
        places.arrived(
            arrival.log(),
            arrival.subject(),
            channel,
            logged.sequence(),
            logged.before(),
            logged.floor());
    switch (verdict) {
      case TELL -> {
        telling.onPublication(held(logged));
        metrics.told();
      }
      case COPY -> metrics.copy();
      case DOUBT -> {}
      case HOLE -> {
        metrics.hole();
        log.debug("Something before {} of {} did not come", logged.sequence(), arrival.subject());
        var _ = held(logged);
        gap(ChannelFilter.of(channel));
      }
      case LATE -> {
        metrics.late();
        onDoubt.run();
        var _ = held(logged);
        gap(ChannelFilter.of(channel));
      }
    }
  }

  /** Puts it into the ring, before it is told: then it may be asked for. */
  private Publication held(Logged logged) {
    NatsLog of = logged.arrival().log();
    Position position = new Position(places.epoch(of), logged.sequence());
    Publication publication = logged.arrival().publication().at(position);
    ring.add(of, position, logged.before(), publication);
    return publication;
  }

  private void onUnlogged(Message message, Headers headers, long connection) {
    if (headers.containsKey(HeaderNames.PRESENCE)) {
      presence.accept(message.getData());
      return;
    }
    String origin = headers.getFirst(HeaderNames.ORIGIN);
    synchronized (places) {
      if (connection != connections) {
        return;
      }
      if (origin == null || origins.isCopy(origin)) {
        metrics.copy();
        return;
      }
    }
    Optional<Publication> publication = decode(message);
    if (publication.isEmpty()) {
      metrics.notUnderstood();
      return;
    }
    metrics.told();
    telling.onPublication(publication.get());
  }

  private static Optional<Publication> decode(Message message) {
    byte @Nullable [] body = message.getData();
    return body == null
        ? Optional.empty()
        : EnvelopeCodec.decode(UnsafeByteOperations.unsafeWrap(body));
  }
}
