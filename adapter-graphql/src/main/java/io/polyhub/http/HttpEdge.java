package io.polyhub.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Set;

/**
 * The edge of one HTTP listener. The web server behind it is given whole heads that are right, and
 * bodies within bounds, on whatever path; its own checks come after these. Safe for any thread.
 */
public final class HttpEdge implements AutoCloseable {

  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(1);

  private final HttpBounds bounds;
  private final ErrorBodies errors;
  private final EdgeMetrics metrics;
  private final HttpConnections connections;
  private final ServerConnectionSelector http1;

  private HttpEdge(String listener, HttpBounds bounds, ErrorBodies errors, MeterRegistry registry) {
    this.bounds = bounds;
    this.errors = errors;
    metrics = new EdgeMetrics(listener, registry);
    connections = new HttpConnections(listener, bounds, metrics);
    http1 =
        Http1ConnectionSelector.builder()
            .config(
                Http1Config.builder()
                    .maxHeadersSize(bounds.headBytes())
                    .maxPrologueLength(bounds.headBytes())
                    .build())
            .build();
  }

  /**
   * Makes the edge of a listener.
   *
   * @param listener its name in metrics
   * @param errors what answers hold that come from no handler
   */
  public static HttpEdge of(
      String listener, HttpBounds bounds, ErrorBodies errors, MeterRegistry registry) {
    return new HttpEdge(listener, bounds, errors, registry);
  }

  /** A web server behind this edge, which lacks its address, its TLS and its routing. */
  public WebServerConfig.Builder server() {
    return WebServer.builder()
        .shutdownHook(false)
        .featuresDiscoverServices(false)
        .protocolsDiscoverServices(false)
        .shutdownGracePeriod(SHUTDOWN_LIMIT)
        .maxTcpConnections(bounds.connections())
        .maxConcurrentRequests(bounds.requests())
        .maxPayloadSize(bounds.bodyBytes())
        .connectionOptions(new AcceptingOptions(SocketOptions.builder().build(), connections))
        .directHandlers(directHandlers())
        .addConnectionSelector(new Selector());
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

  ServerConnection behind(ConnectionContext context) {
    return http1.connection(context);
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
      return Set.of("http/1.1");
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      HttpConnections.Accepted accepted =
          connections.find(context.remotePeer().address(), context.localPeer().address());
      if (accepted == null) {
        throw new CloseConnectionException("the connection is over already");
      }
      return new HttpConnection(HttpEdge.this, context, accepted);
    }
  }
}
