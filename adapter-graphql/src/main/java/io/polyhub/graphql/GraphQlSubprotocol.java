package io.polyhub.graphql;

import io.netty.channel.Channel;
import io.polyhub.hub.Hub;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebSocketOpening;
import io.polyhub.websocket.WebSocketSubprotocol;
import java.util.List;
import java.util.OptionalInt;

/**
 * GraphQL over WebSocket: the protocol {@code graphql-transport-ws} on the path {@value #PATH} of
 * the WebSocket listener. The older protocol that is called {@code graphql-ws} is not spoken, and
 * its clients are refused with status 400.
 */
public final class GraphQlSubprotocol implements WebSocketSubprotocol {

  /** The path of the WebSocket. */
  public static final String PATH = "/graphql";

  private static final List<String> NAMES = List.of("graphql-transport-ws");

  private final Hub hub;
  private final GraphQlEngine engine;
  private final EventLoops loops;
  private final ConnectionMetrics metrics;
  private final UiPage page;

  GraphQlSubprotocol(
      Hub hub, GraphQlEngine engine, EventLoops loops, ConnectionMetrics metrics, UiPage page) {
    this.hub = hub;
    this.engine = engine;
    this.loops = loops;
    this.metrics = metrics;
    this.page = page;
  }

  @Override
  public String path() {
    return PATH;
  }

  @Override
  public String summary() {
    return "GraphQL subscriptions, queries and mutations by graphql-transport-ws";
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public boolean nameRequired() {
    return true;
  }

  @Override
  public OptionalInt maxMessageBytes() {
    return OptionalInt.of(engine.config().messageBytes());
  }

  @Override
  public OptionalInt pagePort() {
    return page.port();
  }

  @Override
  public void listening(int port, boolean tls) {
    page.webSocketOn(port, tls);
  }

  @Override
  public void attach(Channel channel, WebSocketOpening opening) {
    channel
        .pipeline()
        .addLast(
            "graphql",
            new GraphQlConnection(
                hub,
                engine,
                loops.lane(channel.eventLoop()),
                loops.wheel(channel.eventLoop()),
                metrics,
                opening));
  }
}
