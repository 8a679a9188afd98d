package io.polyhub.graphql;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.polyhub.http.Accepts;
import io.polyhub.http.Deadlines;
import io.polyhub.http.HttpReplies;
import io.polyhub.http.HttpReply;
import io.polyhub.http.Requests;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.net.Lease;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The "single connection mode" of graphql-sse's PROTOCOL.md: one event stream for several
 * operations, which are asked for by requests of their own that show the stream's token. What shows
 * no token is left to {@link GraphQlHttp}.
 */
final class StreamHttp implements HttpService {

  static final String PATH = "/graphql/stream";

  private static final String METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
  private static final HeaderName TOKEN = HeaderNames.create(Streams.TOKEN_HEADER);

  private final Hub hub;
  private final GraphQlEngine engine;
  private final GraphQlConfig config;
  private final GraphQlRequests requests;
  private final HttpReplies replies;
  private final Deadlines deadlines;
  private final StreamCarrier carrier;
  private final Streams streams;

  StreamHttp(
      Hub hub,
      GraphQlEngine engine,
      GraphQlRequests requests,
      HttpReplies replies,
      Deadlines deadlines,
      StreamCarrier carrier) {
    this.hub = hub;
    this.engine = engine;
    this.config = engine.config();
    this.requests = requests;
    this.replies = replies;
    this.deadlines = deadlines;
    this.carrier = carrier;
    this.streams = carrier.streams();
  }

  @Override
  public void routing(HttpRules rules) {
    rules.put(PATH, replies.answering(this::reserve));
    rules.delete(PATH, replies.answering(this::stop));
    rules.options(PATH, replies.answering(request -> replies.preflight(request, METHODS)));
    rules.get(PATH, this::connect);
    rules.post(PATH, this::start);
  }

  /** What any other method is answered, to be registered after all that serve the path. */
  void refusing(HttpRules rules) {
    rules.any(
        PATH,
        replies.answering(request ->
            GraphQlReplies.error(
                    HttpReply.METHOD_NOT_ALLOWED,
                    GraphQlErrorCode.BAD_REQUEST,
                    "use GET, POST, PUT or DELETE")
                .with("Allow", METHODS)));
  }

  private void connect(ServerRequest request, ServerResponse response) {
    String token = token(request);
    if (token == null) {
      response.next();
    } else {
      connect(request, response, token);
    }
  }

  private void start(ServerRequest request, ServerResponse response) {
    String token = token(request);
    if (token == null) {
      response.next();
    } else {
      replies.answer(request, response, asked -> start(asked, token));
    }
  }

  private static @Nullable String token(ServerRequest request) {
    String header = Requests.header(request, TOKEN);
    return header == null ? request.query().first("token").orElse(null) : header;
  }

  private HttpReply reserve(ServerRequest request) {
    if (!streams.enter()) {
      return StreamCarrier.tooMany();
    }
    GraphQlStream stream = carrier.newStream(SseEvents.SINGLE);
    switch (carrier.admit(request, stream)) {
      case StreamCarrier.Admitted.Not(HttpReply reply) -> {
        streams.leave();
        return reply;
      }
      case StreamCarrier.Admitted.As(Session session) -> {
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
    return GraphQlReplies.error(
        HttpReply.NOT_FOUND, GraphQlErrorCode.BAD_REQUEST, "no event stream has this token");
  }

  private Optional<HttpReply> refusal(ServerRequest request) {
    if (!replies.isAccepting()) {
      return Optional.of(replies.refusal());
    }
    return Requests.accepts(request).names(Accepts.EVENT_STREAM)
        ? Optional.empty()
        : Optional.of(
            GraphQlReplies.error(
                HttpReply.NOT_ACCEPTABLE,
                GraphQlErrorCode.BAD_REQUEST,
                "accept " + Accepts.EVENT_STREAM));
  }

  private void connect(ServerRequest request, ServerResponse response, String token) {
    Optional<HttpReply> refused = refusal(request);
    Optional<Streams.Reserved> found = streams.find(token);
    Optional<Lease> entered = Requests.enter(request, carrier.entrance());
    if (entered.isEmpty()) {
      replies.send(request, response, StreamCarrier.tooManyOfAddress());
      return;
    }
    try (Lease _ = entered.get()) {
      connect(request, response, refused, found);
    }
  }

  private void connect(
      ServerRequest request,
      ServerResponse response,
      Optional<HttpReply> refused,
      Optional<Streams.Reserved> found) {
    if (refused.isPresent()) {
      replies.send(request, response, refused.get());
    } else if (found.isEmpty()) {
      replies.send(request, response, unknownStream());
    } else if (!found.get().connect()) {
      replies.send(
          request,
          response,
          GraphQlReplies.error(
              HttpReply.CONFLICT, GraphQlErrorCode.BAD_REQUEST, "the event stream is open"));
    } else {
      try {
        carrier.write(request, response, found.get().stream());
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
      case GraphQlRequests.Read.Bad(HttpReply reply) -> reply;
      case GraphQlRequests.Read.Good(GraphQlRequest read) -> {
        if (read.extensions().get("operationId") instanceof String id
            && !id.isEmpty()
            && id.length() <= ClientMessageDecoder.MAX_ID_LENGTH) {
          yield start(found.get().stream(), id, read);
        }
        yield GraphQlReplies.error(
            HttpReply.BAD_REQUEST,
            GraphQlErrorCode.BAD_REQUEST,
            "extensions.operationId names the operation");
      }
    };
  }

  private HttpReply start(GraphQlStream stream, String id, GraphQlRequest read) {
    return switch (engine.prepare(read)) {
      case Documents.Prepared.Bad bad -> GraphQlReplies.errors(HttpReply.BAD_REQUEST, bad.errors());
      case Documents.Prepared.Good(Operation operation) -> {
        try {
          yield LaneCalls.call(
              stream.lane(),
              config.requestTimeout(),
              () -> CompletableFuture.completedFuture(start(stream, id, read, operation)));
        } catch (LaneCalls.GivenUp givenUp) {
          yield StreamCarrier.noAnswer();
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
      return GraphQlReplies.error(
          HttpReply.CONFLICT, GraphQlErrorCode.BAD_REQUEST, "an operation has this id already");
    }
    if (operations.size() >= config.operationsPerConnection()) {
      return GraphQlReplies.error(CodedError.of(Refusal.LIMIT_EXCEEDED));
    }
    if (stream.isSaturated(hub.limits().inFlightPerSession())) {
      return GraphQlReplies.error(CodedError.of(Refusal.RATE_LIMITED));
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
    if (id.isEmpty()) {
      return GraphQlReplies.error(
          HttpReply.BAD_REQUEST, GraphQlErrorCode.BAD_REQUEST, "operationId names the operation");
    }
    GraphQlStream stream = found.get().stream();
    stream
        .lane()
        .execute(() -> {
          Operations operations = stream.operations();
          if (operations != null) {
            operations.stop(id);
          }
        });
    return HttpReply.empty(HttpReply.OK);
  }
}
