package io.polyhub.graphql;

import graphql.ExecutionResult;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.polyhub.http.Accepts;
import io.polyhub.http.HttpReplies;
import io.polyhub.http.HttpReply;
import io.polyhub.http.Requests;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import java.util.List;
import java.util.Optional;

/**
 * Operations over HTTP, as the specification "GraphQL over HTTP" has them, and the page to try them
 * with. Each request is a session of its own, for as long as it takes. What the client accepts
 * decides how it is answered: a subscription by an event stream (the "distinct connections mode" of
 * graphql-sse's PROTOCOL.md) or by parts, a query or mutation by one JSON object where that is
 * accepted, else by a stream too.
 */
final class GraphQlHttp implements HttpService {

  static final String PATH = "/graphql";

  private static final String METHODS = "GET, HEAD, POST, OPTIONS";

  private static final HttpReply NOT_ACCEPTABLE =
      GraphQlReplies.error(
          HttpReply.NOT_ACCEPTABLE,
          GraphQlErrorCode.BAD_REQUEST,
          "accept "
              + String.join(
                  ", ",
                  AnswerTypes.GRAPHQL_RESPONSE,
                  Accepts.JSON,
                  Accepts.EVENT_STREAM,
                  Accepts.MULTIPART));

  private final Hub hub;
  private final GraphQlEngine engine;
  private final GraphQlRequests requests;
  private final HttpReplies replies;
  private final StreamCarrier carrier;
  private final UiPage page;

  GraphQlHttp(
      Hub hub,
      GraphQlEngine engine,
      GraphQlRequests requests,
      HttpReplies replies,
      StreamCarrier carrier,
      UiPage page) {
    this.hub = hub;
    this.engine = engine;
    this.requests = requests;
    this.replies = replies;
    this.carrier = carrier;
    this.page = page;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get(PATH, this::page);
    for (String path : List.of(PATH, StreamHttp.PATH)) {
      rules.get(path, (request, response) -> serve(request, response, true));
      rules.post(path, (request, response) -> serve(request, response, false));
    }
    rules.options(PATH, replies.answering(request -> replies.preflight(request, METHODS)));
    rules.any(
        PATH,
        replies.answering(request ->
            GraphQlReplies.error(
                    HttpReply.METHOD_NOT_ALLOWED, GraphQlErrorCode.BAD_REQUEST, "use GET or POST")
                .with("Allow", METHODS)));
    if (engine.config().ui()) {
      rules.get(PATH + "/ui.js", replies.answering(request -> page.script()));
      rules.get(PATH + "/ui.css", replies.answering(request -> page.style()));
    }
  }

  private void page(ServerRequest request, ServerResponse response) {
    if (engine.config().ui()
        && !request.query().contains("query")
        && Requests.accepts(request).names(Accepts.HTML)) {
      replies.answer(request, response, asked -> page.page(asked.authority()));
    } else {
      response.next();
    }
  }

  private void serve(ServerRequest request, ServerResponse response, boolean readOnly) {
    if (!replies.isAccepting()) {
      replies.send(request, response, replies.refusal());
      return;
    }
    Accepts accepts = Requests.accepts(request);
    Optional<StreamFormat> stream = AnswerTypes.stream(accepts);
    Optional<String> type = AnswerTypes.response(accepts);
    if (stream.isEmpty() && type.isEmpty()) {
      replies.send(request, response, NOT_ACCEPTABLE);
      return;
    }
    switch (readOnly ? requests.get(request) : requests.post(request)) {
      case GraphQlRequests.Read.Bad(HttpReply reply) -> replies.send(request, response, reply);
      case GraphQlRequests.Read.Good(GraphQlRequest read) -> {
        if (stream.isPresent() && (!AnswerTypes.namesResponse(accepts) || isSubscription(read))) {
          carrier.carry(request, response, read, readOnly, stream.get());
        } else {
          replies.answer(
              request, response, asked -> answer(asked, read, type.orElse(Accepts.JSON), readOnly));
        }
      }
    }
  }

  private boolean isSubscription(GraphQlRequest read) {
    return engine.prepare(read) instanceof Documents.Prepared.Good(Operation operation)
        && operation.isSubscription();
  }

  private HttpReply answer(
      ServerRequest request, GraphQlRequest read, String type, boolean readOnly) {
    Lane lane = hub.ownLane();
    try {
      return switch (LaneCalls.admit(
          hub, carrier.hello(request), lane, Downlink.none(), engine.config().requestTimeout())) {
        case Outcome.Refused<Session>(Refusal refusal) ->
            GraphQlReplies.error(CodedError.of(refusal));
        case Outcome.Done<Session>(Session session) -> {
          try {
            yield answer(read, type, readOnly, lane, session);
          } finally {
            lane.execute(() -> session.close(CloseReason.CLIENT_CLOSED));
          }
        }
      };
    } catch (LaneCalls.GivenUp givenUp) {
      return StreamCarrier.noAnswer();
    }
  }

  private HttpReply answer(
      GraphQlRequest read, String type, boolean readOnly, Lane lane, Session session)
      throws LaneCalls.GivenUp {
    Operation operation;
    switch (engine.prepare(read)) {
      case Documents.Prepared.Bad bad -> {
        return notExecuted(type, GraphQlEngine.errors(bad.errors()));
      }
      case Documents.Prepared.Good good -> operation = good.operation();
    }
    if (operation.isSubscription()) {
      return GraphQlReplies.error(
          HttpReply.BAD_REQUEST,
          GraphQlErrorCode.NOT_AVAILABLE,
          "a subscription needs " + Accepts.EVENT_STREAM + " to be accepted, or a WebSocket");
    }
    if (readOnly && operation.isMutation()) {
      return GraphQlReplies.error(
              HttpReply.METHOD_NOT_ALLOWED, GraphQlErrorCode.BAD_REQUEST, "send mutations by POST")
          .with("Allow", "POST");
    }
    ExecutionResult result =
        LaneCalls.call(
            lane,
            engine.config().requestTimeout(),
            () -> engine.answer(operation, read.variables(), session, false));
    byte[] body = engine.toJson(result);
    return result.isDataPresent()
        ? HttpReply.json(HttpReply.OK, type, body)
        : notExecuted(type, body);
  }

  /**
   * A request that was well-formed but not executed: the newer media type says so by its status,
   * while {@code application/json} has always said 200.
   */
  private static HttpReply notExecuted(String type, byte[] body) {
    int status = type.equals(Accepts.JSON) ? HttpReply.OK : HttpReply.BAD_REQUEST;
    return HttpReply.json(status, type, body);
  }
}
