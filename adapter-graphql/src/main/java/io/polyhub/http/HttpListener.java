package io.polyhub.http;

import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.identity.LiveTls;
import io.polyhub.net.Entrance;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Helidon's web server, behind an edge that keeps our bounds. Safe for any thread. */
public final class HttpListener implements AutoCloseable {

  private final HttpEdge edge;
  private final WebServer server;

  private HttpListener(HttpEdge edge, WebServer server) {
    this.edge = edge;
    this.server = server;
  }

  /**
   * Where to listen.
   *
   * @param name the listener's name in configuration and metrics
   * @param bind the address
   * @param port the port; 0 for any free one
   */
  public record Address(String name, String bind, int port) {}

  /**
   * Starts to listen.
   *
   * @param live the TLS to speak, or null for none
   * @param hosts which names it answers to
   * @param errors what answers hold that come from no handler
   * @throws IOException if the address cannot be listened on
   */
  public static HttpListener start(
      Address address,
      HttpBounds bounds,
      @Nullable LiveTls live,
      Predicate<String> hosts,
      ErrorBodies errors,
      HttpRouting.Builder routing,
      Entrance entrance,
      MeterRegistry registry)
      throws IOException {
    HttpEdge edge = HttpEdge.of(address.name(), bounds, hosts, errors, entrance, registry);
    WebServerConfig.Builder builder =
        edge.server(routing).host(address.bind()).port(address.port());
    if (live != null) {
      builder.tls(tls(live));
    }
    WebServer server = builder.build().start();
    if (!server.isRunning()) {
      edge.close();
      throw refusal(address);
    }
    return new HttpListener(edge, server);
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
    edge.close();
  }

  /** The server does not tell why it cannot listen, so the system is asked the same. */
  private static IOException refusal(Address address) {
    String text = "cannot listen on " + address.bind() + " port " + address.port();
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(address.bind(), address.port()));
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
