package io.polyhub.graphql;

import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.http.Crowding;
import io.polyhub.http.HttpBounds;
import io.polyhub.http.HttpEdge;
import io.polyhub.identity.LiveTls;
import io.polyhub.net.Entrance;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Helidon's web server, behind an edge that keeps our bounds. Safe for any thread. */
final class HttpListener implements AutoCloseable {

  static final String NAME = "http";

  private final HttpEdge edge;
  private final WebServer server;

  private HttpListener(HttpEdge edge, WebServer server) {
    this.edge = edge;
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param live the TLS to speak, or null for none
   * @param hosts which names it answers to
   * @throws IOException if the address cannot be listened on
   */
  static HttpListener start(
      GraphQlConfig config,
      @Nullable LiveTls live,
      Predicate<String> hosts,
      HttpRouting.Builder routing,
      Entrance entrance,
      MeterRegistry registry)
      throws IOException {
    HttpEdge edge = HttpEdge.of(NAME, bounds(config), hosts, new HttpErrors(), entrance, registry);
    WebServerConfig.Builder builder = edge.server(routing).host(config.bind()).port(config.port());
    if (live != null) {
      builder.tls(tls(live));
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
        http.idleTimeout(),
        Crowding.NONE);
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
  private static Tls tls(LiveTls live) {
    return Tls.builder()
        .sslContext(live.context())
        .enabledProtocols(LiveTls.PROTOCOLS)
        .enabledCipherSuites(LiveTls.CIPHER_SUITES)
        .clientAuth(live.asksClients() ? TlsClientAuth.OPTIONAL : TlsClientAuth.NONE)
        .build();
  }
}
