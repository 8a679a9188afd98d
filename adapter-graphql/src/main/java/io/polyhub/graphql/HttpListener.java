package io.polyhub.graphql;

import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.http.DirectHandler;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.polyhub.identity.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Starts Helidon's web server within our bounds. */
final class HttpListener {

  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(1);

  private HttpListener() {}

  /**
   * Starts to listen.
   *
   * @throws IOException if the address cannot be listened on, or the TLS files cannot be used
   */
  static WebServer start(GraphQlConfig config, HttpRouting.Builder routing, Deadlines deadlines)
      throws IOException {
    GraphQlConfig.HttpBounds bounds = config.http();
    var builder =
        WebServer.builder()
            .host(config.bind())
            .port(config.port())
            .shutdownHook(false)
            .shutdownGracePeriod(SHUTDOWN_LIMIT)
            .maxTcpConnections(bounds.connections())
            .maxConcurrentRequests(bounds.requests())
            .idleConnectionTimeout(bounds.idleTimeout())
            .idleConnectionPeriod(bounds.idleTimeout().dividedBy(2))
            .connectionOptions(
                new ReadTimeouts(
                    SocketOptions.builder()
                        .tcpNoDelay(true)
                        .readTimeout(bounds.idleTimeout())
                        .build()))
            .directHandlers(fixedTexts())
            .protocolsDiscoverServices(false)
            .addProtocol(
                Http1Config.builder()
                    .maxHeadersSize(bounds.headerBytes())
                    .maxPrologueLength(bounds.headerBytes())
                    .addReceiveListener(new HeaderDeadline(deadlines, bounds.idleTimeout()))
                    .build())
            .routing(routing);
    TlsFiles files = config.tls();
    if (files != null) {
      builder.tls(tls(files));
    }
    WebServer server = builder.build().start();
    if (!server.isRunning()) {
      deadlines.close();
      throw refusal(config);
    }
    return server;
  }

  /** The server does not tell why it cannot listen, so the system is asked the same. */
  private static IOException refusal(GraphQlConfig config) {
    String text = "cannot listen on " + config.bind() + " port " + config.port();
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(config.bind(), config.port()));
      return new IOException(text);
    } catch (IOException cause) {
      return new IOException(text, cause);
    }
  }

  /** TLS 1.2 and 1.3. Clients may show a certificate if there are authorities to judge it by. */
  private static Tls tls(TlsFiles files) throws IOException {
    try {
      SslContextBuilder context =
          SslContextBuilder.forServer(
                  files.certificateChain().toFile(), files.privateKey().toFile())
              .sslProvider(SslProvider.JDK);
      Path authorities = files.clientAuthorities();
      if (authorities != null) {
        context.trustManager(authorities.toFile());
      }
      return Tls.builder()
          .sslContext(((JdkSslContext) context.build()).context())
          .enabledProtocols(List.of("TLSv1.3", "TLSv1.2"))
          .clientAuth(authorities == null ? TlsClientAuth.NONE : TlsClientAuth.OPTIONAL)
          .build();
    } catch (IllegalArgumentException unusable) {
      throw new IOException("TLS files cannot be used: " + files, unusable);
    }
  }

  /** What the web server itself answers, without an exception's text. */
  private static DirectHandlers fixedTexts() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(
          type,
          (request, event, status, headers, message) ->
              DirectHandler.TransportResponse.builder()
                  .status(status)
                  .headers(headers)
                  .keepAlive(event.keepAlive())
                  .entity(status.codeText() + " " + status.reasonPhrase())
                  .build());
    }
    return handlers.build();
  }

  /** A request's headers have to come within a time after its first line. */
  private record HeaderDeadline(
      Deadlines deadlines, Duration limit, Map<ConnectionContext, Deadlines.Guard> waiting)
      implements Http1ConnectionListener {

    HeaderDeadline(Deadlines deadlines, Duration limit) {
      this(deadlines, limit, new ConcurrentHashMap<>());
    }

    @Override
    public void prologue(ConnectionContext context, HttpPrologue prologue) {
      waiting.put(context, deadlines.guard(limit, () -> waiting.remove(context)));
    }

    @Override
    public void headers(ConnectionContext context, Headers headers) {
      Deadlines.Guard guard = waiting.remove(context);
      if (guard != null) {
        guard.close();
      }
    }
  }
}
