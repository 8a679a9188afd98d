package io.polyhub.graphql;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.polyhub.http.Deadlines;
import io.polyhub.http.HttpReplies;
import io.polyhub.http.HttpReply;
import io.polyhub.http.Requests;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.net.Entrance;
import io.polyhub.net.Lease;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Carries operations in answers that stay open. Each stream is a session. */
final class StreamCarrier {

  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  private final Hub hub;
  private final GraphQlEngine engine;
  private final HttpReplies replies;
  private final Deadlines deadlines;
  private final ConnectionMetrics metrics;
  private final Streams streams;
  private final Entrance entrance;

  StreamCarrier(
      Hub hub,
      GraphQlEngine engine,
      HttpReplies replies,
      Deadlines deadlines,
      ConnectionMetrics metrics,
      Streams streams,
      Entrance entrance) {
    this.hub = hub;
    this.engine = engine;
    this.replies = replies;
    this.deadlines = deadlines;
    this.metrics = metrics;
    this.streams = streams;
    this.entrance = entrance;
  }

  Entrance entrance() {
    return entrance;
  }

  Streams streams() {
    return streams;
  }

  /** Answers with a stream for the one operation of the request, and returns once it has ended. */
  void carry(
      ServerRequest request,
      ServerResponse response,
      GraphQlRequest read,
      boolean readOnly,
      StreamFormat format) {
    Optional<Lease> entered = Requests.enter(request, entrance);
    if (entered.isEmpty()) {
      replies.send(request, response, tooManyOfAddress());
      return;
    }
    if (!streams.enter()) {
      entered.get().close();
      replies.send(request, response, tooMany());
      return;
    }
    try (Lease _ = entered.get()) {
      GraphQlStream stream = newStream(format);
      switch (admit(request, stream)) {
        case Admitted.Not(HttpReply reply) -> replies.send(request, response, reply);
        case Admitted.As(Session session) -> {
          String resumeFrom = Requests.header(request, LAST_EVENT_ID);
          Documents.Prepared prepared = engine.prepare(read);
          stream.lane().execute(() -> begin(stream, session, prepared, read, readOnly, resumeFrom));
          write(request, response, stream);
        }
      }
    } finally {
      streams.leave();
    }
  }

  /** In the stream's lane. */
  private static void begin(
      GraphQlStream stream,
      Session session,
      Documents.Prepared prepared,
      GraphQlRequest read,
      boolean readOnly,
      @Nullable String resumeFrom) {
    Operations operations = stream.begin(session);
    switch (prepared) {
      case Documents.Prepared.Bad bad -> stream.fail(bad.errors());
      case Documents.Prepared.Good(Operation operation) when readOnly && operation.isMutation() ->
          stream.fail(
              List.of(new CodedError(GraphQlErrorCode.BAD_REQUEST, "send mutations by POST")));
      case Documents.Prepared.Good(Operation operation) ->
          operations.start(
              "",
              operation,
              read.variables(),
              resumeFrom == null || resumeFrom.isEmpty() ? null : resumeFrom);
    }
  }

  static HttpReply tooMany() {
    return GraphQlReplies.error(
        HttpReply.UNAVAILABLE, GraphQlErrorCode.LIMIT_EXCEEDED, "too many event streams");
  }

  /** The answer to what {@link Requests#enter} has not let in. */
  static HttpReply tooManyOfAddress() {
    return GraphQlReplies.error(CodedError.of(Refusal.LIMIT_EXCEEDED));
  }

  GraphQlStream newStream(StreamFormat format) {
    return new GraphQlStream(engine, hub.ownLane(), deadlines, metrics, format);
  }

  /** Writes what the stream carries until it ends. */
  void write(ServerRequest request, ServerResponse response, GraphQlStream stream) {
    replies.head(request, response);
    response.header("Content-Type", stream.format().contentType());
    response.header("X-Accel-Buffering", "no");
    try (OutputStream out = response.outputStream()) {
      stream.write(out);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** What the client of a request says of itself. */
  Hello hello(ServerRequest request) {
    return new Hello(
        ConnectionMetrics.DOOR,
        GraphQlRequests.credentials(request),
        Requests.client(request, entrance));
  }

  /** What became of admitting a client. */
  sealed interface Admitted {
    record As(Session session) implements Admitted {}

    record Not(HttpReply reply) implements Admitted {}
  }

  Admitted admit(ServerRequest request, GraphQlStream stream) {
    Lane lane = stream.lane();
    try {
      return switch (LaneCalls.admit(
          hub, hello(request), lane, stream, engine.config().requestTimeout())) {
        case Outcome.Done<Session>(Session session) -> new Admitted.As(session);
        case Outcome.Refused<Session>(Refusal refusal) ->
            new Admitted.Not(GraphQlReplies.error(CodedError.of(refusal)));
      };
    } catch (LaneCalls.GivenUp givenUp) {
      return new Admitted.Not(noAnswer());
    }
  }

  static HttpReply noAnswer() {
    return GraphQlReplies.error(new CodedError(GraphQlErrorCode.TIMEOUT, "no answer in time"));
  }
}
