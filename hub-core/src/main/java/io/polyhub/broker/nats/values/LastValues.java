package io.polyhub.broker.nats.values;

import io.nats.client.impl.Headers;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.broker.nats.append.AppendLimits;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.read.ReadLimits;
import io.polyhub.broker.nats.read.ReadMetrics;
import io.polyhub.broker.nats.read.SharedReads;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.Retries;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
import io.polyhub.broker.nats.stream.StreamPuts;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last values of channels, one message for each in a stream for each rule. Safe for any thread;
 * nothing here holds its caller.
 *
 * <p>Of two values with places in one log the later one stays, whichever node brings it first. A
 * value that was cleared leaves an empty message behind, so that an older one cannot come back.
 */
public final class LastValues implements AutoCloseable {

  /** Tells a value's place in its log: epoch, dash, offset. */
  static final String PLACE = "Polyhub-Place";

  private final LogStreams logs;
  private final StreamGets gets;
  private final StreamPuts puts;
  private final Retries retries;
  private final Duration putTime;
  private final int most;
  private final SharedReads<LastValueSearch, ValuesPage> searches;
  private final Map<String, Channel> channels = new HashMap<>();
  private int waiting;

  public LastValues(
      AppendLimits limits,
      ReadLimits reads,
      NatsLink link,
      LogStreams logs,
      ReadMetrics metrics,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.logs = logs;
    gets = new StreamGets(link, null, metrics.asks("last-values"));
    puts = new StreamPuts(link);
    retries = new Retries(nanoTime);
    putTime = limits.timeout();
    most = limits.queued();
    LastValueSearch.Tools tools = new LastValueSearch.Tools(logs, gets, link, clock);
    searches =
        new SharedReads<>(
            "last-values", reads, link.requestTimeout(), metrics, search -> search.run(tools));
  }

  /** See {@link io.polyhub.broker.Broker#lastValues}. */
  public CompletableFuture<ValuesPage> find(ValuesQuery query) {
    return searches.ask(new LastValueSearch(query));
  }

  /**
   * Sets a channel's last value. The stage gives whether it, or one later than it, is stored, and
   * completes within the limit of an append; never exceptionally.
   *
   * @param value with its place if the channel has history. Of values without places those of one
   *     node keep their order.
   */
  public CompletableFuture<Boolean> put(Publication value, Rule rule) {
    String subject = logs.subjects().valuesPrefix(rule.name()) + Subjects.tokens(value.channel());
    String stream = logs.subjects().valuesStream(rule.name());
    Putting putting = new Putting(subject, stream, value, retries.in(putTime));
    synchronized (channels) {
      if (waiting >= most) {
        return CompletableFuture.completedFuture(false);
      }
      waiting++;
      Channel channel = channels.get(subject);
      if (channel != null) {
        channel.add(putting);
        return putting.done;
      }
      channels.put(subject, new Channel());
    }
    fly(putting);
    return putting.done;
  }

  private void fly(Putting putting) {
    var _ =
        retries
            .until(putting.untilNanos, () -> attempt(putting))
            .whenComplete((stored, failure) -> landed(putting, failure == null));
  }

  private void landed(Putting putting, boolean stored) {
    Putting next;
    synchronized (channels) {
      waiting--;
      Channel channel = channels.get(putting.subject);
      next = channel == null ? null : channel.next;
      if (channel != null) {
        channel.next = null;
      }
      if (next == null) {
        channels.remove(putting.subject);
      }
    }
    putting.done.complete(stored);
    if (next != null) {
      Putting following = next;
      Thread.ofVirtual().name("nats-last-value").start(() -> fly(following));
    }
  }

  private CompletableFuture<Boolean> attempt(Putting putting) {
    Publication value = putting.value;
    Position place = value.position();
    byte[] data = EnvelopeCodec.encode(value, null);
    if (place == null) {
      return puts.put(putting.subject, new Headers(), data);
    }
    return gets.last(putting.stream, putting.subject, From.LEADER)
        .thenCompose(before -> {
          Position old = before.map(LastValues::place).orElse(null);
          if (old != null && isPast(value.channel(), old, place)) {
            return CompletableFuture.completedFuture(true);
          }
          long sequence = before.map(StoredMessage::sequence).orElse(0L);
          Headers headers =
              StreamPuts.inPlaceOf(sequence).put(PLACE, place.epoch() + "-" + place.offset());
          return puts.put(putting.subject, headers, data)
              .thenCompose(stored ->
                  stored
                      ? CompletableFuture.completedFuture(true)
                      : CompletableFuture.failedFuture(
                          new UnavailableException("another value came in between")));
        });
  }

  /** Whether the old place is at or past the new one, or of a newer log. */
  private boolean isPast(String channel, Position old, Position place) {
    if (old.epoch().equals(place.epoch())) {
      return old.offset() >= place.offset();
    }
    NatsLog log = logs.logOf(channel).orElse(null);
    NatsLog.State known = log == null ? null : log.state();
    return known != null
        && known.epoch().equals(old.epoch())
        && !known.epoch().equals(place.epoch());
  }

  /** The place that the value was stored with, or null if it has none. */
  static @Nullable Position place(StoredMessage message) {
    Headers headers = message.headers();
    String place = headers == null ? null : headers.getFirst(PLACE);
    return place == null
        ? null
        : Cursor.parse(place).map(cursor -> cursor.positions().getFirst()).orElse(null);
  }

  @Override
  public void close() {
    searches.close();
  }

  /** A value on its way. */
  private static final class Putting {
    private final String subject;
    private final String stream;
    private final Publication value;
    private final long untilNanos;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    Putting(String subject, String stream, Publication value, long untilNanos) {
      this.subject = subject;
      this.stream = stream;
      this.value = value;
      this.untilNanos = untilNanos;
    }
  }

  /** A channel of which a value is on its way: of those that come meanwhile the last is next. */
  private final class Channel {
    private @Nullable Putting next;

    void add(Putting putting) {
      Putting before = next;
      if (before == null) {
        next = putting;
        return;
      }
      Position old = before.value.position();
      Position place = putting.value.position();
      boolean later =
          old == null
              || place == null
              || !old.epoch().equals(place.epoch())
              || place.offset() > old.offset();
      Putting first = later ? putting : before;
      Putting replaced = later ? before : putting;
      next = first;
      waiting--;
      var _ = first.done.thenAccept(replaced.done::complete);
    }
  }
}
