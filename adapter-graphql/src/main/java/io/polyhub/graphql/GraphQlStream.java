package io.polyhub.graphql;

import graphql.GraphQLError;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.http.Deadlines;
import io.polyhub.http.EventStream;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One client with an answer that stays open. The session's lane puts events into its body, which
 * the thread of the HTTP request writes. Where that has no room the hub holds back.
 */
final class GraphQlStream implements Downlink, Outlet {

  /** How long a client may take to read a goodbye. */
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  /** As JSON, the id of the one operation of a stream. */
  private static final byte[] NO_ID = Json.write("");

  private final GraphQlEngine engine;
  private final Lane lane;
  private final Deadlines deadlines;
  private final ConnectionMetrics metrics;
  private final StreamFormat format;
  private final EventStream body;

  // Only in the lane.
  private @Nullable Session session;
  private @Nullable Operations operations;
  private boolean ended;

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
    GraphQlConfig config = engine.config();
    body =
        new EventStream(
            format,
            new EventStream.Bounds(config.streamQueue(), config.keepAlive()),
            metrics.sent,
            this::easeHub);
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
      body.end();
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
      body.put(format.goodbye(reason));
    } else if (running != null) {
      byte[] errors =
          Json.write(
              GraphQlErrors.toJson(
                  List.of(new CodedError(GraphQlErrorCode.of(reason), reason.text()))));
      running.failAll(errors);
    }
    end(reason);
    Future<?> _ = deadlines.after(GOODBYE, body::abandon);
  }

  @Override
  public boolean hasRoom() {
    return body.hasRoom();
  }

  @Override
  public boolean isOverfull() {
    return body.queuedBytes() > engine.config().responseBytes();
  }

  @Override
  public void next(
      byte[] id, byte[] result, byte @Nullable [] extensions, @Nullable String cursor) {
    body.put(format.next(id, result, extensions, cursor));
  }

  @Override
  public void error(byte[] id, byte[] errors) {
    byte[] result = Json.write(Map.of("errors", new RawJson(errors)));
    body.put(format.next(id, result, null, null));
    complete(id);
  }

  @Override
  public void complete(byte[] id) {
    body.put(format.complete(id));
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

  // In the thread of the HTTP request.

  /**
   * Writes events until the stream ends or the client is gone; the session ends with it. To be
   * called once.
   */
  void write(OutputStream out) {
    metrics.streams.incrementAndGet();
    CloseReason reason = CloseReason.TRANSPORT_LOST;
    try {
      if (body.write(out)) {
        reason = CloseReason.CLIENT_CLOSED;
      }
    } finally {
      metrics.streams.decrementAndGet();
      CloseReason why = reason;
      lane.execute(() -> end(why));
    }
  }

  private void easeHub() {
    lane.execute(() -> {
      Session known = session;
      if (!ended && known != null) {
        known.ready();
      }
    });
  }
}
