package io.polyhub.graphql;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Operations over event streams, as graphql-sse's PROTOCOL.md has them, in both of its modes: a
 * stream for each operation, or one for several, which are then asked for by requests of their own
 * that show the stream's token. Each stream is a session.
 */
final class StreamHttp implements HttpService {

  static final String PATH = "/graphql/stream";

  private static final String METHODS = "GET, POST, PUT, DELETE, OPTIONS";
  private static final HeaderName TOKEN = HeaderNames.create(Streams.TOKEN_HEADER);
  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  private final Hub hub;
  private final GraphQlEngine engine;
  private final GraphQlConfig config;
  private final HttpRequests requests;
  private final HttpReplies replies;
  private final Deadlines deadlines;
  private final ConnectionMetrics metrics;
  private final Streams streams;

  StreamHttp(
      Hub hub,
      GraphQlEngine engine,
      HttpRequests requests,
      HttpReplies replies,
      Deadlines deadlines,
      ConnectionMetrics metrics,
      Streams streams) {
    this.hub = hub;
    this.engine = engine;
    this.config = engine.config();
    this.requests = requests;
    this.replies = replies;
    this.deadlines = deadlines;
    this.metrics = metrics;
    this.streams = streams;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.put(PATH, replies.answering(this::reserve));
    rules.delete(PATH, replies.answering(this::stop));
    rules.options(PATH, replies.answering(request -> replies.preflight(request, METHODS)));
    rules.get(PATH, this::getOrPost);
    rules.post(PATH, this::getOrPost);
    rules.any(
        PATH,
        replies.answering(request ->
            HttpReply.error(
                    HttpReply.METHOD_NOT_ALLOWED,
                    GraphQlErrorCode.BAD_REQUEST,
                    "use GET, POST, PUT or DELETE")
                .with("Allow", METHODS)));
  }

  private void getOrPost(ServerRequest request, ServerResponse response) {
    String token = token(request);
    boolean isPost = request.prologue().method().equals(Method.POST);
    if (isPost && token != null) {
      replies.answer(request, response, asked -> start(asked, token));
    } else if (token != null) {
      connect(request, response, token);
    } else {
      distinct(request, response, isPost);
    }
  }

  private static @Nullable String token(ServerRequest request) {
    String header = HttpRequests.header(request, TOKEN);
    return header == null ? request.query().first("token").orElse(null) : header;
  }

  // One stream for one operation.

  private void distinct(ServerRequest request, ServerResponse response, boolean isPost) {
    Optional<HttpReply> refused = refusal(request);
    if (refused.isPresent()) {
      replies.send(request, response, refused.get());
      return;
    }
    switch (isPost ? requests.post(request) : requests.get(request)) {
      case HttpRequests.Read.Bad(HttpReply reply) -> replies.send(request, response, reply);
      case HttpRequests.Read.Good(GraphQlRequest read) -> {
        if (streams.enter()) {
          try {
            distinct(request, response, read, !isPost);
          } finally {
            streams.leave();
          }
        } else {
          replies.send(request, response, tooMany());
        }
      }
    }
  }

  private void distinct(
      ServerRequest request, ServerResponse response, GraphQlRequest read, boolean readOnly) {
    GraphQlStream stream = newStream(false);
    switch (admit(request, stream)) {
      case Admitted.Not(HttpReply reply) -> replies.send(request, response, reply);
      case Admitted.As(Session session) -> {
        String resumeFrom = HttpRequests.header(request, LAST_EVENT_ID);
        Documents.Prepared prepared = engine.prepare(read);
        stream
            .lane()
            .execute(() -> {
              Operations operations = stream.begin(session);
              switch (prepared) {
                case Documents.Prepared.Bad bad -> stream.fail(bad.errors());
                case Documents.Prepared.Good(Operation operation)
                    when readOnly && operation.isMutation() ->
                    stream.fail(
                        List.of(
                            new CodedError(
                                GraphQlErrorCode.BAD_REQUEST, "send mutations by POST")));
                case Documents.Prepared.Good(Operation operation) ->
                    operations.start(
                        "",
                        operation,
                        read.variables(),
                        resumeFrom == null || resumeFrom.isEmpty() ? null : resumeFrom);
              }
            });
        write(request, response, stream);
      }
    }
  }

  private Optional<HttpReply> refusal(ServerRequest request) {
    if (!replies.isAccepting()) {
      return Optional.of(HttpReplies.refusal());
    }
    return HttpRequests.accepts(request).names(Accepts.EVENT_STREAM)
        ? Optional.empty()
        : Optional.of(
            HttpReply.error(
                HttpReply.NOT_ACCEPTABLE,
                GraphQlErrorCode.BAD_REQUEST,
                "accept " + Accepts.EVENT_STREAM));
  }

  private static HttpReply tooMany() {
    return HttpReply.error(
        HttpReply.UNAVAILABLE, GraphQlErrorCode.LIMIT_EXCEEDED, "too many event streams");
  }

  private GraphQlStream newStream(boolean single) {
    return new GraphQlStream(engine, hub.ownLane(), deadlines, metrics, single);
  }

  private void write(ServerRequest request, ServerResponse response, GraphQlStream stream) {
    replies.head(request, response);
    response.header("Content-Type", Accepts.EVENT_STREAM + "; charset=utf-8");
    response.header("X-Accel-Buffering", "no");
    try (OutputStream out = response.outputStream()) {
      stream.write(out);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** What became of admitting a client. */
  private sealed interface Admitted {
    record As(Session session) implements Admitted {}

    record Not(HttpReply reply) implements Admitted {}
  }

  private Admitted admit(ServerRequest request, GraphQlStream stream) {
    Hello hello =
        new Hello(
            GraphQlAdapter.DOOR,
            HttpRequests.credentials(request),
            HttpRequests.remoteAddress(request));
    Lane lane = stream.lane();
    try {
      return switch (LaneCalls.admit(hub, hello, lane, stream, config.requestTimeout())) {
        case Outcome.Done<Session>(Session session) -> new Admitted.As(session);
        case Outcome.Refused<Session>(Refusal refusal) ->
            new Admitted.Not(HttpReply.error(CodedError.of(refusal)));
      };
    } catch (LaneCalls.GivenUp givenUp) {
      return new Admitted.Not(noAnswer());
    }
  }

  private static HttpReply noAnswer() {
    return HttpReply.error(new CodedError(GraphQlErrorCode.TIMEOUT, "no answer in time"));
  }

  // One stream for several operations.

  private HttpReply reserve(ServerRequest request) {
    if (!streams.enter()) {
      return tooMany();
    }
    GraphQlStream stream = newStream(true);
    switch (admit(request, stream)) {
      case Admitted.Not(HttpReply reply) -> {
        streams.leave();
        return reply;
      }
      case Admitted.As(Session session) -> {
        Streams.Reserved reserved = streams.reserve(stream);
        stream.lane().execute(() -> stream.begin(session));
        Future<?> _ =
            deadlines.after(
                config.reservationTimeout(),
                () -> {
                  if (!reserved.isConnected()) {
                    release(reserved, CloseReason.HANDSHAKE_TIMEOUT);
                  }
                });
        return HttpReply.text(HttpReply.CREATED, reserved.token());
      }
    }
  }

  private void release(Streams.Reserved reserved, CloseReason reason) {
    if (streams.forget(reserved)) {
      streams.leave();
      reserved.stream().lane().execute(() -> reserved.stream().end(reason));
    }
  }

  private static HttpReply unknownStream() {
    return HttpReply.error(
        HttpReply.NOT_FOUND, GraphQlErrorCode.BAD_REQUEST, "no event stream has this token");
  }

  private void connect(ServerRequest request, ServerResponse response, String token) {
    Optional<HttpReply> refused = refusal(request);
    Optional<Streams.Reserved> found = streams.find(token);
    if (refused.isPresent()) {
      replies.send(request, response, refused.get());
    } else if (found.isEmpty()) {
      replies.send(request, response, unknownStream());
    } else if (!found.get().connect()) {
      replies.send(
          request,
          response,
          HttpReply.error(
              HttpReply.CONFLICT, GraphQlErrorCode.BAD_REQUEST, "the event stream is open"));
    } else {
      try {
        write(request, response, found.get().stream());
      } finally {
        release(found.get(), CloseReason.TRANSPORT_LOST);
      }
    }
  }

  private HttpReply start(ServerRequest request, String token) {
    Optional<Streams.Reserved> found = streams.find(token);
    if (found.isEmpty()) {
      return unknownStream();
    }
    return switch (requests.post(request)) {
      case HttpRequests.Read.Bad(HttpReply reply) -> reply;
      case HttpRequests.Read.Good(GraphQlRequest read) -> {
        if (read.extensions().get("operationId") instanceof String id
            && !id.isEmpty()
            && id.length() <= ClientMessageDecoder.MAX_ID_LENGTH) {
          yield start(found.get().stream(), id, read);
        }
        yield HttpReply.error(
            HttpReply.BAD_REQUEST,
            GraphQlErrorCode.BAD_REQUEST,
            "extensions.operationId names the operation");
      }
    };
  }

  private HttpReply start(GraphQlStream stream, String id, GraphQlRequest read) {
    return switch (engine.prepare(read)) {
      case Documents.Prepared.Bad bad -> HttpReply.errors(HttpReply.BAD_REQUEST, bad.errors());
      case Documents.Prepared.Good(Operation operation) -> {
        try {
          yield LaneCalls.call(
              stream.lane(),
              config.requestTimeout(),
              () -> CompletableFuture.completedFuture(start(stream, id, read, operation)));
        } catch (LaneCalls.GivenUp givenUp) {
          yield noAnswer();
        }
      }
    };
  }

  /** In the stream's lane. */
  private HttpReply start(
      GraphQlStream stream, String id, GraphQlRequest read, Operation operation) {
    Operations operations = stream.operations();
    if (operations == null) {
      return unknownStream();
    }
    if (operations.isRunning(id)) {
      return HttpReply.error(
          HttpReply.CONFLICT, GraphQlErrorCode.BAD_REQUEST, "an operation has this id already");
    }
    if (operations.size() >= config.operationsPerConnection()) {
      return HttpReply.error(CodedError.of(Refusal.LIMIT_EXCEEDED));
    }
    if (stream.isSaturated(hub.limits().inFlightPerSession())) {
      return HttpReply.error(CodedError.of(Refusal.RATE_LIMITED));
    }
    operations.start(id, operation, read.variables(), null);
    return HttpReply.empty(HttpReply.ACCEPTED);
  }

  private HttpReply stop(ServerRequest request) {
    String token = token(request);
    String id = request.query().first("operationId").orElse("");
    Optional<Streams.Reserved> found = token == null ? Optional.empty() : streams.find(token);
    if (found.isEmpty()) {
      return unknownStream();
    }
    GraphQlStream stream = found.get().stream();
    stream
        .lane()
        .execute(() -> {
          Operations operations = stream.operations();
          if (operations != null) {
            operations.complete(id);
          }
        });
    return HttpReply.empty(HttpReply.OK);
  }
}
