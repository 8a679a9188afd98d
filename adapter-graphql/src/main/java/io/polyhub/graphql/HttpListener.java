package io.polyhub.graphql;

import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.polyhub.http.HttpBounds;
import io.polyhub.http.HttpEdge;
import io.polyhub.identity.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;

/** Helidon's web server, behind an edge that keeps our bounds. Safe for any thread. */
final class HttpListener implements AutoCloseable {

  private static final String NAME = "http";

  private final HttpEdge edge;
  private final WebServer server;

  private HttpListener(HttpEdge edge, WebServer server) {
    this.edge = edge;
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @throws IOException if the address cannot be listened on, or the TLS files cannot be used
   */
  static HttpListener start(
      GraphQlConfig config, HttpRouting.Builder routing, MeterRegistry registry)
      throws IOException {
    Tls tls = config.tls() == null ? null : tls(config.tls());
    HttpEdge edge = HttpEdge.of(NAME, bounds(config), new HttpErrors(), registry);
    WebServerConfig.Builder builder =
        edge.server().host(config.bind()).port(config.port()).routing(routing);
    if (tls != null) {
      builder.tls(tls);
    }
    WebServer server = builder.build().start();
    if (!server.isRunning()) {
      edge.close();
      throw refusal(config);
    }
    return new HttpListener(edge, server);
  }

  private static HttpBounds bounds(GraphQlConfig config) {
    GraphQlConfig.HttpBounds http = config.http();
    return new HttpBounds(
        http.connections(),
        http.requests(),
        http.headerBytes(),
        config.messageBytes(),
        http.heldBytes(),
        http.headTimeout(),
        config.requestTimeout(),
        http.idleTimeout());
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
    edge.close();
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
}
