package io.polyhub.websocket;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Judges HTTP requests before a route has them, and writes what all answers have in common. Pure;
 * any thread.
 */
final class HttpRouting {

  /** For how long browsers may keep the answer to a preflight request, in seconds. */
  private static final String MAX_AGE_SECONDS = "300";

  private final HttpRoutes routes;
  private final WebGate gate;

  HttpRouting(List<HttpRoute> routes, WebGate gate) {
    this.routes = new HttpRoutes(routes);
    this.gate = gate;
  }

  /** Whether a route may have the request. */
  sealed interface Verdict {
    /**
     * It may.
     *
     * @param awaited whether the client sends the body only once it is asked to
     */
    record Taken(boolean awaited) implements Verdict {}

    /** It may not; the connection ends, as the rest of the request is not read. */
    record Refused(HttpReply reply) implements Verdict {}
  }

  /** The route for the path, which is empty if it cannot be decoded. */
  @Nullable HttpRoute find(String path) {
    return path.isEmpty() ? null : routes.find(path);
  }

  Verdict judge(HttpRequest head, HttpRoute route) {
    HttpHeaders headers = head.headers();
    boolean http11 = HttpVersion.HTTP_1_1.equals(head.protocolVersion());
    if ((!http11 && !HttpVersion.HTTP_1_0.equals(head.protocolVersion()))
        || !HttpHeads.hasHost(headers)
        || !isFramed(headers, http11)) {
      return refused(HttpResponseStatus.BAD_REQUEST);
    }
    if (!gate.answersTo(headers.get(HttpHeaderNames.HOST))) {
      return refused(HttpResponseStatus.MISDIRECTED_REQUEST);
    }
    List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
    if (origins.size() > 1
        || !gate.allowsPage(
            origins.isEmpty() ? null : origins.getFirst(),
            String.valueOf(headers.get(HttpHeaderNames.HOST)))) {
      return refused(HttpResponseStatus.FORBIDDEN);
    }
    if (!route.methods().contains(head.method()) && !HttpMethod.OPTIONS.equals(head.method())) {
      return new Verdict.Refused(
          HttpReply.refusal(
              HttpResponseStatus.METHOD_NOT_ALLOWED, Map.of("Allow", methods(route))));
    }
    if (HttpUtil.getContentLength(head, 0L) > route.maxBodyBytes()) {
      return refused(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
    }
    String expected = headers.get(HttpHeaderNames.EXPECT);
    if (expected == null || !http11) {
      return new Verdict.Taken(false);
    }
    return expected.equalsIgnoreCase("100-continue")
        ? new Verdict.Taken(true)
        : refused(HttpResponseStatus.EXPECTATION_FAILED);
  }

  /** RFC 9112 section 6: a body has a length, or is chunked and nothing else. */
  private static boolean isFramed(HttpHeaders headers, boolean http11) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (codings.isEmpty()) {
      return headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() <= 1;
    }
    return http11
        && codings.size() == 1
        && codings.getFirst().equalsIgnoreCase("chunked")
        && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
  }

  private static Verdict refused(HttpResponseStatus status) {
    return new Verdict.Refused(HttpReply.refusal(status));
  }

  private static String methods(HttpRoute route) {
    TreeSet<String> names = new TreeSet<>();
    route.methods().forEach(method -> names.add(method.name()));
    names.add("OPTIONS");
    return String.join(", ", names);
  }

  /** The answer to a request about what is allowed; null if the request is another one. */
  @Nullable HttpReply preflight(HttpRequest head, HttpRoute route) {
    if (!HttpMethod.OPTIONS.equals(head.method())) {
      return null;
    }
    HttpHeaders headers = head.headers();
    Map<String, String> answer = new HashMap<>();
    answer.put("Allow", methods(route));
    if (headers.contains(HttpHeaderNames.ORIGIN)) {
      answer.put("Access-Control-Allow-Methods", methods(route));
      answer.put("Access-Control-Max-Age", MAX_AGE_SECONDS);
      String asked = headers.get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
      if (asked != null) {
        answer.put("Access-Control-Allow-Headers", asked);
      }
    }
    return new HttpReply(HttpResponseStatus.NO_CONTENT, answer, new byte[0]);
  }

  /** Lets the page that asked read the answer; whether it may ask was judged before. */
  void allow(HttpHeaders answer, HttpHeaders asked) {
    String origin = asked.get(HttpHeaderNames.ORIGIN);
    if (origin != null) {
      answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    answer.add(HttpHeaderNames.VARY, "Origin");
  }

  /** The whole answer; without a head it is one to a request that could not be read. */
  static FullHttpResponse response(HttpCall.@Nullable Head head, HttpReply reply) {
    boolean bodiless = head != null && HttpMethod.HEAD.equals(head.method());
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            reply.status(),
            bodiless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(reply.body()));
    reply.headers().forEach(response.headers()::set);
    if (reply.status().code() != HttpResponseStatus.NO_CONTENT.code()) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
    }
    return response;
  }

  /** The head of an answer without end. */
  HttpResponse streaming(HttpCall.Head head, Map<String, String> headers) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    headers.forEach(response.headers()::set);
    if (!head.http10()) {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
    }
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    allow(response.headers(), head.headers());
    return response;
  }
}
