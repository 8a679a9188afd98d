package io.polyhub.broker.nats.live;

import com.google.protobuf.UnsafeByteOperations;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.Telling;
import io.polyhub.broker.nats.link.HeaderNames;
import io.polyhub.broker.nats.live.LiveFeed.Arrival;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.Publication;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what comes on live subjects: publications from logs, for the feed; publications of channels
 * without history; and presence events. Thread-safe; called on the connection's threads.
 */
public final class FeedMessages {

  private static final String STREAM = "Nats-Stream";
  private static final String SEQUENCE = "Nats-Sequence";
  private static final String LAST_SEQUENCE = "Nats-Last-Sequence";

  private final Map<String, NatsLog> byStream = new HashMap<>();
  private final LiveFeed feed;
  private final Telling telling;
  private final Consumer<byte[]> presence;
  private final LiveMetrics metrics;

  /**
   * @param presence takes presence events
   */
  public FeedMessages(
      LogStreams logs,
      LiveFeed feed,
      Telling telling,
      Consumer<byte[]> presence,
      LiveMetrics metrics) {
    for (NatsLog log : logs.all()) {
      byStream.put(log.stream(), log);
    }
    this.feed = feed;
    this.telling = telling;
    this.presence = presence;
    this.metrics = metrics;
  }

  /** A message came over the connection that the feed gave that number. */
  void on(Message message, long connection) {
    Headers headers = message.getHeaders();
    if (headers == null) {
      return;
    }
    String stream = headers.getFirst(STREAM);
    if (stream == null) {
      onUnlogged(message, headers, connection);
      return;
    }
    NatsLog log = byStream.get(stream);
    Optional<Publication> publication = decode(message);
    if (log == null || publication.isEmpty()) {
      metrics.notUnderstood();
      return;
    }
    try {
      long sequence = Long.parseLong(String.valueOf(headers.getFirst(SEQUENCE)));
      long before = Long.parseLong(String.valueOf(headers.getFirst(LAST_SEQUENCE)));
      feed.arrived(
          new Arrival(log, message.getSubject(), publication.get(), sequence, before), connection);
    } catch (NumberFormatException notFromAStream) {
      metrics.notUnderstood();
    }
  }

  private void onUnlogged(Message message, Headers headers, long connection) {
    if (headers.containsKey(HeaderNames.PRESENCE)) {
      presence.accept(message.getData());
      return;
    }
    String origin = headers.getFirst(HeaderNames.ORIGIN);
    if (origin == null) {
      metrics.copy();
      return;
    }
    if (!feed.isFirst(origin, connection)) {
      return;
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
