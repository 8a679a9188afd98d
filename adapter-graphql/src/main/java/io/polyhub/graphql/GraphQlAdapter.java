package io.polyhub.graphql;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.hub.Hub;
import io.polyhub.websocket.EventLoops;

/** The GraphQL door. */
public final class GraphQlAdapter implements AutoCloseable {

  /** The door's name. */
  static final String DOOR = "graphql";

  private final Hub hub;
  private final GraphQlEngine engine;
  private final ConnectionMetrics metrics;

  private GraphQlAdapter(Hub hub, GraphQlConfig config, MeterRegistry registry) {
    this.hub = hub;
    engine = new GraphQlEngine(hub, config, registry);
    metrics = new ConnectionMetrics(registry);
  }

  public static GraphQlAdapter start(Hub hub, GraphQlConfig config, MeterRegistry registry) {
    return new GraphQlAdapter(hub, config, registry);
  }

  /** The part of the door that is served by the WebSocket listener. */
  public GraphQlSubprotocol subprotocol(EventLoops loops) {
    return new GraphQlSubprotocol(hub, engine, loops, metrics);
  }

  @Override
  public void close() {}
}
