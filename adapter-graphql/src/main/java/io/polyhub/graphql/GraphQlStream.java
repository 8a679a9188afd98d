package io.polyhub.graphql;

import graphql.GraphQLError;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One event stream. The session's lane puts events into a queue; the thread of the HTTP request
 * takes them out and writes them, and waits where the client does not read. A full queue makes the
 * hub hold back.
 */
final class GraphQlStream implements Downlink, Outlet {

  /**
   * How long after the first part of a comment the second is sent. A client that is gone answers
   * the first with a reset, and the second then fails: so it is noticed after one keep-alive.
   */
  private static final Duration PROBE_GAP = Duration.ofMillis(250);

  /** How long a client may take to read a goodbye. */
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  /** How many bytes are written before they are flushed, if more is there to write. */
  private static final int FLUSH_BYTES = 64 * 1024;

  /** As JSON, the id of the one operation of a stream. */
  private static final byte[] NO_ID = Json.write("");

  private static final Event END = new Event(new byte[0], true);

  private final GraphQlEngine engine;
  private final Lane lane;
  private final Deadlines deadlines;
  private final ConnectionMetrics metrics;
  private final StreamFormat format;
  private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger queuedEvents = new AtomicInteger();
  private final AtomicInteger queuedBytes = new AtomicInteger();
  private volatile boolean heldBack;
  private final Object writing = new Object();
  private @Nullable Thread writer;

  // Only in the lane.
  private @Nullable Session session;
  private @Nullable Operations operations;
  private boolean ended;

  @SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
  private record Event(byte[] bytes, boolean last) {}

  /**
   * Begins nothing yet.
   *
   * @param format how it is written; {@link SseEvents#SINGLE} carries several operations, others
   *     stand for one operation and end with it
   */
  GraphQlStream(
      GraphQlEngine engine,
      Lane lane,
      Deadlines deadlines,
      ConnectionMetrics metrics,
      StreamFormat format) {
    this.engine = engine;
    this.lane = lane;
    this.deadlines = deadlines;
    this.metrics = metrics;
    this.format = format;
  }

  Lane lane() {
    return lane;
  }

  StreamFormat format() {
    return format;
  }

  // In the lane.

  /** Begins, with the session that was admitted with this downlink. */
  Operations begin(Session admitted) {
    session = admitted;
    operations = new Operations(engine, this, admitted);
    return operations;
  }

  /** The operations, or null if the stream has ended or not begun. */
  @Nullable Operations operations() {
    return ended ? null : operations;
  }

  /** Whether the hub has as many publications of this client in hand as it takes. */
  boolean isSaturated(int inFlightPerSession) {
    Session known = session;
    return known != null && known.inFlight() >= inFlightPerSession;
  }

  /** Ends the session, and the stream once the client has read what is queued. */
  void end(CloseReason reason) {
    if (!ended) {
      ended = true;
      if (operations != null) {
        operations.close();
      }
      if (session != null) {
        session.close(reason);
      }
      put(END);
    }
  }

  /** Says that the one operation's document is not good. */
  void fail(List<? extends GraphQLError> errors) {
    error(NO_ID, Json.write(GraphQlErrors.toJson(errors)));
  }

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    Operations running = operations();
    return running == null ? Offer.TAKEN : running.deliver(subscription, publication, source);
  }

  @Override
  public void joined(Subscription subscription, String channel, Member member) {
    Operations running = operations();
    if (running != null) {
      running.changed(subscription, channel, MemberChange.Change.JOINED, member);
    }
  }

  @Override
  public void left(Subscription subscription, String channel, Member member) {
    Operations running = operations();
    if (running != null) {
      running.changed(subscription, channel, MemberChange.Change.LEFT, member);
    }
  }

  @Override
  public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {
    Operations running = operations();
    if (running != null) {
      running.unsubscribed(subscription, reason);
    }
  }

  /**
   * A client that is invited to come back finds its stream ended without {@code complete}, and
   * connects again by itself, with the last event's id. Others are told why, and that it is over.
   */
  @Override
  public void close(CloseReason reason) {
    if (ended) {
      return;
    }
    Operations running = operations;
    if (reason.comeBack()) {
      put(new Event(format.goodbye(reason), false));
    } else if (running != null) {
      byte[] errors =
          Json.write(
              GraphQlErrors.toJson(
                  List.of(new CodedError(GraphQlErrorCode.of(reason), reason.text()))));
      running.failAll(errors);
    }
    end(reason);
    Future<?> _ = deadlines.after(GOODBYE, this::abandon);
  }

  /** Frees the writer if it is still at work: the client does not read. */
  private void abandon() {
    synchronized (writing) {
      if (writer != null) {
        writer.interrupt();
      }
    }
  }

  @Override
  public boolean hasRoom() {
    if (queuedEvents.get() < engine.config().streamQueue()) {
      return true;
    }
    // The writer may empty the queue between the look and the mark, so look again.
    heldBack = true;
    if (queuedEvents.get() < engine.config().streamQueue()) {
      heldBack = false;
      return true;
    }
    return false;
  }

  @Override
  public boolean isOverfull() {
    return queuedBytes.get() > engine.config().responseBytes();
  }

  @Override
  public void next(
      byte[] id, byte[] result, byte @Nullable [] extensions, @Nullable String cursor) {
    put(new Event(format.next(id, result, extensions, cursor), false));
  }

  @Override
  public void error(byte[] id, byte[] errors) {
    byte[] result = Json.write(Map.of("errors", new RawJson(errors)));
    put(new Event(format.next(id, result, null, null), false));
    complete(id);
  }

  @Override
  public void complete(byte[] id) {
    put(new Event(format.complete(id), false));
    if (!format.equals(SseEvents.SINGLE)) {
      end(CloseReason.CLIENT_CLOSED);
    }
  }

  /** Neither GraphQL nor its transports have messages outside of operations. */
  @Override
  public Direct message(byte[] payload) {
    return Direct.NOT_POSSIBLE;
  }

  /** The transports have no message that asks; the client comes back with another token. */
  @Override
  public boolean askForCredentials() {
    return false;
  }

  @Override
  public void flush() {}

  @Override
  public void eased() {}

  @Override
  public void giveUp() {
    lane.execute(() -> close(CloseReason.SLOW_CONSUMER));
  }

  private void put(Event event) {
    queuedEvents.incrementAndGet();
    queuedBytes.addAndGet(event.bytes.length);
    queue.add(event);
  }

  // In the thread of the HTTP request.

  /**
   * Writes events until the stream ends or the client is gone; the session ends with it. To be
   * called once.
   */
  void write(OutputStream out) {
    synchronized (writing) {
      writer = Thread.currentThread();
    }
    metrics.streams.incrementAndGet();
    CloseReason reason = CloseReason.TRANSPORT_LOST;
    try {
      out.write(format.opening());
      out.flush();
      while (writeSome(out)) {
        easeHub();
      }
      reason = CloseReason.CLIENT_CLOSED;
    } catch (IOException | UncheckedIOException gone) {
      // The reason says it.
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (writing) {
        writer = null;
      }
      metrics.streams.decrementAndGet();
      CloseReason why = reason;
      lane.execute(() -> end(why));
    }
  }

  /** Waits for events and writes them, or after a while a comment; false after the last one. */
  private boolean writeSome(OutputStream out) throws IOException, InterruptedException {
    Event event = queue.poll(engine.config().keepAlive().toMillis(), TimeUnit.MILLISECONDS);
    if (event == null) {
      out.write(format.aliveBegin());
      out.flush();
      event = queue.poll(PROBE_GAP.toMillis(), TimeUnit.MILLISECONDS);
      out.write(format.aliveEnd());
    }
    int unflushed = 0;
    while (event != null) {
      queuedEvents.decrementAndGet();
      queuedBytes.addAndGet(-event.bytes.length);
      if (event.last) {
        out.flush();
        return false;
      }
      out.write(event.bytes);
      metrics.sent.increment();
      unflushed += event.bytes.length;
      event = unflushed < FLUSH_BYTES ? queue.poll() : null;
    }
    out.flush();
    return true;
  }

  private void easeHub() {
    if (heldBack && queuedEvents.get() <= engine.config().streamQueue() / 2) {
      heldBack = false;
      lane.execute(() -> {
        Session known = session;
        if (!ended && known != null) {
          known.ready();
        }
      });
    }
  }
}
