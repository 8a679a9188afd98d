package io.polyhub.broker.nats;

import com.google.protobuf.UnsafeByteOperations;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.nats.NatsLog.State;
import io.polyhub.broker.nats.Places.Verdict;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
final class Live {

  private static final Logger log = LoggerFactory.getLogger(Live.class);

  private static final String STREAM = "Nats-Stream";
  private static final String SEQUENCE = "Nats-Sequence";
  private static final String LAST_SEQUENCE = "Nats-Last-Sequence";

  private final Map<String, NatsLog> byStream = new HashMap<>();
  private final Telling telling;
  private final LiveMetrics metrics;
  private final Consumer<byte[]> presence;
  private final Runnable onDoubt;
  private final Places places;

  /** Guarded by the places' monitor, as they are. */
  private final Origins origins = new Origins();

  private volatile long connections;

  Live(
      NatsConfig.Limits limits,
      LogStreams logs,
      Telling telling,
      Consumer<byte[]> presence,
      LiveMetrics metrics,
      Runnable onDoubt) {
    this.telling = telling;
    this.presence = presence;
    this.metrics = metrics;
    this.onDoubt = onDoubt;
    places = new Places(limits.subjectsKnown());
    for (NatsLog each : logs.all()) {
      byStream.put(each.stream(), each);
      metrics.watchLog(each);
    }
  }

  /** Where each log and subject is; to be used under its monitor. */
  Places places() {
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

  /** A publication that came from a log. */
  record Arrival(NatsLog log, String subject, Publication publication) {}

  private void onLogged(
      Arrival arrival,
      long sequence,
      long before,
      long connection,
      ToLongFunction<Arrival> floorOfNew) {
    String channel = arrival.publication().channel();
    Verdict verdict;
    synchronized (places) {
      if (connection != connections) {
        return;
      }
      long floor =
          places.knows(arrival.subject()) ? Places.UNKNOWN : floorOfNew.applyAsLong(arrival);
      verdict = places.arrived(arrival.log(), arrival.subject(), channel, sequence, before, floor);
      if (verdict == Verdict.TELL) {
        Position position = new Position(places.epoch(arrival.log()), sequence);
        telling.onPublication(arrival.publication().at(position));
      }
    }
    switch (verdict) {
      case TELL -> metrics.told();
      case COPY -> metrics.copy();
      case DOUBT -> {}
      case HOLE -> {
        metrics.hole();
        log.debug("Something before {} of {} did not come", sequence, arrival.subject());
        gap(ChannelFilter.of(channel));
      }
      case LATE -> {
        metrics.late();
        onDoubt.run();
        gap(ChannelFilter.of(channel));
      }
    }
  }

  private void onUnlogged(Message message, Headers headers, long connection) {
    if (headers.containsKey(NatsPresence.HEADER)) {
      presence.accept(message.getData());
      return;
    }
    String origin = headers.getFirst(Outgoing.ORIGIN);
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
