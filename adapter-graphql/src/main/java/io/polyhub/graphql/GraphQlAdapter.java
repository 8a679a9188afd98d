package io.polyhub.graphql;

import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.door.Door;
import io.polyhub.door.Listener;
import io.polyhub.http.Cors;
import io.polyhub.http.Deadlines;
import io.polyhub.http.HttpListener;
import io.polyhub.http.HttpReplies;
import io.polyhub.hub.Hub;
import io.polyhub.identity.LiveTls;
import io.polyhub.identity.TlsFiles;
import io.polyhub.net.Entrance;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebGate;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The GraphQL door: an HTTP listener with queries and mutations at {@code /graphql} and event
 * streams at {@code /graphql/stream}, and what the WebSocket listener needs to serve it at {@code
 * /graphql} too. Safe for any thread.
 */
public final class GraphQlAdapter implements Door {

  /** The listener, in configuration and metrics. */
  private static final String NAME = "http";

  private final Hub hub;
  private final GraphQlEngine engine;
  private final ConnectionMetrics metrics;
  private final HttpReplies replies;
  private final Deadlines deadlines;
  private final @Nullable LiveTls tls;
  private final UiPage page;
  private final HttpListener listener;
  private final Listener about;

  private GraphQlAdapter(
      Hub hub,
      GraphQlConfig config,
      Entrance entrance,
      MeterRegistry registry,
      List<HttpService> others)
      throws IOException {
    this.hub = hub;
    TlsFiles files = config.tls();
    tls = files == null ? null : LiveTls.start(NAME, files, registry);
    engine = new GraphQlEngine(hub.limits().historyPage(), config, registry);
    metrics = new ConnectionMetrics(registry);
    WebGate gate = WebGate.of(NAME, config.bind(), config.access());
    replies =
        new HttpReplies(
            new Cors(gate, Streams.TOKEN_HEADER),
            GraphQlReplies.shuttingDown(),
            GraphQlReplies.error(GraphQlEngine.internal()));
    deadlines = new Deadlines();
    GraphQlRequests requests = new GraphQlRequests(config, deadlines);
    StreamCarrier carrier =
        new StreamCarrier(
            hub,
            engine,
            replies,
            deadlines,
            metrics,
            new Streams(config.streams(), new SecureRandom()),
            entrance);
    StreamHttp streams = new StreamHttp(hub, engine, requests, replies, deadlines, carrier);
    page = new UiPage(config);
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .register(streams)
            .register(
                new GraphQlHttp(hub, engine, requests, replies, carrier, page), streams::refusing);
    others.forEach(routing::register);
    try {
      listener =
          HttpListener.start(
              new HttpListener.Address(NAME, config.bind(), config.port()),
              config.httpBounds(),
              tls,
              gate::answersTo,
              new HttpErrors(),
              routing,
              entrance,
              registry);
    } catch (IOException e) {
      deadlines.close();
      if (tls != null) {
        tls.close();
      }
      throw e;
    }
    page.servedOn(listener.port());
    about =
        new Listener(
            NAME, "HTTP", config.bind(), listener.port(), tls != null, "/graphql /graphql/stream");
    if (tls != null) {
      tls.onLists(listed -> hub.refuseCertificates(NAME, listed));
    }
  }

  /**
   * Starts the HTTP listener. The hub must outlive the adapter.
   *
   * @throws IOException if the address cannot be listened on, or the TLS files cannot be used
   */
  public static GraphQlAdapter start(Hub hub, GraphQlConfig config, MeterRegistry registry)
      throws IOException {
    return start(hub, config, registry, List.of());
  }

  /**
   * Starts the HTTP listener, with other services beside GraphQL's on it.
   *
   * @param others what else is served over HTTP, on other paths
   * @throws IOException if the address cannot be listened on, or the TLS files cannot be used
   */
  public static GraphQlAdapter start(
      Hub hub, GraphQlConfig config, MeterRegistry registry, List<HttpService> others)
      throws IOException {
    return start(hub, config, Entrance.open(), registry, others);
  }

  /**
   * Starts the HTTP listener, with other services beside GraphQL's on it.
   *
   * @param entrance what connections come in by
   * @param others what else is served over HTTP, on other paths
   * @throws IOException if the address cannot be listened on, or the TLS files cannot be used
   */
  public static GraphQlAdapter start(
      Hub hub,
      GraphQlConfig config,
      Entrance entrance,
      MeterRegistry registry,
      List<HttpService> others)
      throws IOException {
    return new GraphQlAdapter(hub, config, entrance, registry, others);
  }

  /**
   * The part of the door that the WebSocket listener serves. It needs the adapter's engine, not its
   * HTTP listener: it goes on after {@link #close}.
   */
  public GraphQlSubprotocol subprotocol(EventLoops loops) {
    return new GraphQlSubprotocol(hub, engine, loops, metrics, page);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Listener> listeners() {
    return List.of(about);
  }

  /** The port that is listened on. */
  public int port() {
    return listener.port();
  }

  @Override
  public @Nullable LiveTls tls() {
    return tls;
  }

  /** Refuses new requests with status 503; event streams that are open go on. */
  @Override
  public void stopAccepting() {
    replies.stopAccepting();
  }

  /** Ends the listener and what is still connected to it. */
  @Override
  public void close() {
    stopAccepting();
    listener.close();
    deadlines.close();
    if (tls != null) {
      tls.close();
    }
  }
}
