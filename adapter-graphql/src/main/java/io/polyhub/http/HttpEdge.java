package io.polyhub.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.net.Entrance;
import io.polyhub.net.ProxyProtocol;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The edge of one HTTP listener. The web server behind it is given whole heads that are right, and
 * bodies within bounds, on whatever path; its own checks come after these. Safe for any thread.
 */
public final class HttpEdge implements AutoCloseable {

  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(1);

  /** What one HTTP/2 connection may send ahead of its handlers: the protocol's own default. */
  private static final int HTTP_2_WINDOW = 65_535;

  private final HttpBounds bounds;
  private final Predicate<String> hosts;
  private final ErrorBodies errors;
  private final Entrance entrance;
  private final EdgeMetrics metrics;
  private final HttpConnections connections;
  private final ServerConnectionSelector http1;
  private final ServerConnectionSelector http2;

  private HttpEdge(
      String listener,
      HttpBounds bounds,
      Predicate<String> hosts,
      ErrorBodies errors,
      Entrance entrance,
      MeterRegistry registry) {
    this.bounds = bounds;
    this.hosts = hosts;
    this.errors = errors;
    this.entrance = entrance;
    metrics = new EdgeMetrics(listener, registry);
    connections = new HttpConnections(listener, bounds, entrance, metrics);
    http1 =
        Http1ConnectionSelector.builder()
            .config(
                Http1Config.builder()
                    .maxHeadersSize(bounds.headBytes())
                    .maxPrologueLength(bounds.headBytes())
                    .build())
            .build();
    http2 =
        Http2ConnectionSelector.builder()
            .http2Config(
                Http2Config.builder()
                    .maxConcurrentStreams(Http2Frames.MAX_STREAMS)
                    .maxFrameSize(Http2Frames.MAX_FRAME_BYTES)
                    .maxHeaderListSize(bounds.headBytes())
                    .initialWindowSize(HTTP_2_WINDOW)
                    .build())
            .build();
  }

  /**
   * Makes the edge of a listener.
   *
   * @param listener its name in metrics
   * @param hosts which values of {@code Host} or {@code :authority} it answers to; others get 421
   * @param errors what answers hold that come from no handler
   * @param entrance what connections come in by
   */
  public static HttpEdge of(
      String listener,
      HttpBounds bounds,
      Predicate<String> hosts,
      ErrorBodies errors,
      Entrance entrance,
      MeterRegistry registry) {
    return new HttpEdge(listener, bounds, hosts, errors, entrance, registry);
  }

  /**
   * A web server behind this edge, which lacks its address and its TLS.
   *
   * @param routing what is served there
   */
  public WebServerConfig.Builder server(HttpRouting.Builder routing) {
    return WebServer.builder()
        .routing(routing.addFilter(this::checkHost).addFilter(HttpEdge::answerHead))
        .shutdownHook(false)
        .featuresDiscoverServices(false)
        .protocolsDiscoverServices(false)
        .shutdownGracePeriod(SHUTDOWN_LIMIT)
        .maxTcpConnections(bounds.connections() + bounds.crowding().reserved())
        .maxConcurrentRequests(bounds.requests())
        .maxPayloadSize(bounds.bodyBytes())
        .connectionOptions(new AcceptingOptions(SocketOptions.builder().build(), connections))
        .enableProxyProtocol(entrance.proxyProtocol() == ProxyProtocol.REQUIRED)
        .directHandlers(directHandlers())
        .addConnectionSelector(new Selector());
  }

  /** Before any handler, on every path: whom is the request for? */
  private void checkHost(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (hosts.test(request.authority())) {
      chain.proceed();
      return;
    }
    metrics.countRefused(Status.MISDIRECTED_REQUEST_421.code());
    response
        .status(Status.MISDIRECTED_REQUEST_421)
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(errors.body(421, "no host of that name is here"));
  }

  /**
   * RFC 9110 section 9.3.2: HEAD is GET, but for the body. On HTTP/1.1 the writer leaves it out.
   */
  private static void answerHead(
      FilterChain chain, RoutingRequest request, RoutingResponse response) {
    HttpPrologue asked = request.prologue();
    if (asked.method().equals(Method.HEAD)) {
      request.prologue(
          HttpPrologue.create(
              asked.rawProtocol(),
              asked.protocol(),
              asked.protocolVersion(),
              Method.GET,
              asked.uriPath(),
              asked.query(),
              asked.fragment()));
      if (!asked.protocolVersion().startsWith("1")) {
        response.streamFilter(body -> OutputStream.nullOutputStream());
      }
    }
    chain.proceed();
  }

  HttpBounds bounds() {
    return bounds;
  }

  ErrorBodies errors() {
    return errors;
  }

  EdgeMetrics metrics() {
    return metrics;
  }

  ServerConnection behind(ConnectionContext context, boolean isHttp2) {
    return (isHttp2 ? http2 : http1).connection(context);
  }

  /** What the web server itself answers, without an exception's text. */
  private DirectHandlers directHandlers() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(
          type,
          (request, event, status, headers, message) ->
              DirectHandler.TransportResponse.builder()
                  .status(status)
                  .headers(headers)
                  .keepAlive(event.keepAlive())
                  .header(HeaderNames.CONTENT_TYPE, "application/json")
                  .header(HeaderNames.CACHE_CONTROL, "no-store")
                  .entity(errors.body(status.code(), status.reasonPhrase()))
                  .build());
    }
    return handlers.build();
  }

  /** Ends the watch over connections, which the web server has closed before. */
  @Override
  public void close() {
    connections.close();
  }

  /** Takes every connection of the listener. */
  private final class Selector implements ServerConnectionSelector {

    @Override
    public int bytesToIdentifyConnection() {
      return 0;
    }

    @Override
    public Support supports(BufferData data) {
      return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
      return Set.of("h2", "http/1.1");
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      HttpConnections.Accepted accepted =
          connections.find(context.remotePeer().address(), context.localPeer().address());
      if (accepted == null) {
        throw new CloseConnectionException("the connection is over already");
      }
      if (context.proxyProtocolData().isPresent()
          && !accepted.isProxied(context.proxyProtocolData().get())) {
        accepted.end();
        throw new CloseConnectionException("turned away");
      }
      return new HttpConnection(HttpEdge.this, context, accepted);
    }
  }
}
