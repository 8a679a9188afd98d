package io.polyhub.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends answers over HTTP. Safe for any thread. */
public final class HttpReplies {

  private static final Logger LOG = LoggerFactory.getLogger(HttpReplies.class);

  /** Who follows a request by an id of his own finds it in the answer. */
  private static final HeaderName REQUEST_ID = HeaderNames.create(Cors.REQUEST_ID);

  private static final Pattern REQUEST_IDS = Pattern.compile("[\\x21-\\x7e]{1,128}");

  private final Cors cors;
  private final HttpReply refusal;
  private final HttpReply failure;
  private final AtomicBoolean accepting = new AtomicBoolean(true);

  /**
   * Accepts requests.
   *
   * @param refusal what is answered once no request is accepted any more
   * @param failure what is answered if a request could not be answered
   */
  public HttpReplies(Cors cors, HttpReply refusal, HttpReply failure) {
    this.cors = cors;
    this.refusal = refusal;
    this.failure = failure;
  }

  /** From now on every request is refused. */
  public void stopAccepting() {
    accepting.set(false);
  }

  /** A handler that sends what the function answers. An exception's text never reaches a client. */
  public Handler answering(Function<ServerRequest, HttpReply> answer) {
    return (request, response) -> answer(request, response, answer);
  }

  /** Sends what the function answers. */
  public void answer(
      ServerRequest request, ServerResponse response, Function<ServerRequest, HttpReply> answer) {
    send(request, response, answer(request, answer));
  }

  private HttpReply answer(ServerRequest request, Function<ServerRequest, HttpReply> answer) {
    if (!accepting.get()) {
      return refusal;
    }
    try {
      return answer.apply(request);
    } catch (IllegalStateException | IllegalArgumentException unexpected) {
      LOG.error("A request could not be answered", unexpected);
      return failure;
    }
  }

  /** Whether requests are still answered. */
  public boolean isAccepting() {
    return accepting.get();
  }

  /** The answer once no request is accepted any more. */
  public HttpReply refusal() {
    return refusal;
  }

  /** The answer to a preflight request. */
  public HttpReply preflight(ServerRequest request, String methods) {
    return cors.preflight(
        Requests.header(request, HeaderNames.ORIGIN),
        request.authority(),
        Requests.header(request, HeaderNames.ACCESS_CONTROL_REQUEST_HEADERS),
        methods);
  }

  /** Sends the answer. */
  public void send(ServerRequest request, ServerResponse response, HttpReply reply) {
    head(request, response);
    response.status(reply.status());
    if (!reply.contentType().isEmpty()) {
      response.header("Content-Type", reply.contentType());
    }
    boolean hasHops = request.prologue().protocolVersion().startsWith("1");
    for (Map.Entry<String, String> header : reply.headers().entrySet()) {
      // RFC 9113 section 8.2.2: HTTP/2 has no headers about the connection.
      if (hasHops || !header.getKey().equals("Connection")) {
        response.header(header.getKey(), header.getValue());
      }
    }
    if (reply.body().length == 0) {
      response.send();
    } else {
      response.send(Compression.body(request, response, reply.body()));
    }
  }

  /** Sets the headers that every answer has. */
  public void head(ServerRequest request, ServerResponse response) {
    response.header("Cache-Control", "no-store");
    response.header("X-Content-Type-Options", "nosniff");
    String id = Requests.header(request, REQUEST_ID);
    if (id != null && REQUEST_IDS.matcher(id).matches()) {
      response.header(REQUEST_ID, id);
    }
    for (Map.Entry<String, String> header :
        cors.headers(Requests.header(request, HeaderNames.ORIGIN), request.authority())
            .entrySet()) {
      response.header(header.getKey(), header.getValue());
    }
  }
}
