package io.polyhub.graphql;

import graphql.ExecutionResult;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import java.util.Optional;

/**
 * Queries and mutations over HTTP, as the specification "GraphQL over HTTP" has them, and the page
 * to try them with. Each request is a session of its own, for as long as it takes.
 */
final class GraphQlHttp implements HttpService {

  static final String PATH = "/graphql";

  private static final String METHODS = "GET, POST, OPTIONS";

  private final Hub hub;
  private final GraphQlEngine engine;
  private final HttpRequests requests;
  private final HttpReplies replies;

  GraphQlHttp(Hub hub, GraphQlEngine engine, HttpRequests requests, HttpReplies replies) {
    this.hub = hub;
    this.engine = engine;
    this.requests = requests;
    this.replies = replies;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.any(PATH, replies.answering(this::answer));
    if (engine.config().ui()) {
      UiPage page = new UiPage(engine.config());
      rules.get(PATH + "/ui.js", replies.answering(request -> page.script()));
      rules.get(PATH + "/ui.css", replies.answering(request -> page.style()));
    }
  }

  private HttpReply answer(ServerRequest request) {
    Method method = request.prologue().method();
    if (method.equals(Method.OPTIONS)) {
      return replies.preflight(request, METHODS);
    }
    if (method.equals(Method.GET)) {
      return isForPage(request) ? new UiPage(engine.config()).page() : answer(request, true);
    }
    return method.equals(Method.POST)
        ? answer(request, false)
        : HttpReply.error(
                HttpReply.METHOD_NOT_ALLOWED, GraphQlErrorCode.BAD_REQUEST, "use GET or POST")
            .with("Allow", METHODS);
  }

  private boolean isForPage(ServerRequest request) {
    return engine.config().ui()
        && !request.query().contains("query")
        && HttpRequests.accepts(request).names(Accepts.HTML);
  }

  private HttpReply answer(ServerRequest request, boolean readOnly) {
    Optional<String> type = HttpRequests.accepts(request).response();
    if (type.isEmpty()) {
      return HttpReply.error(
          HttpReply.NOT_ACCEPTABLE,
          GraphQlErrorCode.BAD_REQUEST,
          "accept " + Accepts.GRAPHQL_RESPONSE + " or " + Accepts.JSON);
    }
    return switch (readOnly ? requests.get(request) : requests.post(request)) {
      case HttpRequests.Read.Bad(HttpReply reply) -> reply;
      case HttpRequests.Read.Good(GraphQlRequest read) ->
          answer(request, read, type.get(), readOnly);
    };
  }

  private HttpReply answer(
      ServerRequest request, GraphQlRequest read, String type, boolean readOnly) {
    Hello hello =
        new Hello(
            GraphQlAdapter.DOOR,
            HttpRequests.credentials(request),
            HttpRequests.remoteAddress(request));
    Lane lane = hub.ownLane();
    try {
      return switch (LaneCalls.admit(
          hub, hello, lane, Downlink.none(), engine.config().requestTimeout())) {
        case Outcome.Refused<Session>(Refusal refusal) -> HttpReply.error(CodedError.of(refusal));
        case Outcome.Done<Session>(Session session) -> {
          try {
            yield answer(read, type, readOnly, lane, session);
          } finally {
            lane.execute(() -> session.close(CloseReason.CLIENT_CLOSED));
          }
        }
      };
    } catch (LaneCalls.GivenUp givenUp) {
      return HttpReply.error(new CodedError(GraphQlErrorCode.TIMEOUT, "no answer in time"));
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
      return HttpReply.error(
          HttpReply.BAD_REQUEST,
          GraphQlErrorCode.NOT_AVAILABLE,
          "ask for subscriptions at " + StreamHttp.PATH + " or by WebSocket");
    }
    if (readOnly && operation.isMutation()) {
      return HttpReply.error(
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
