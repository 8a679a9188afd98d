package io.polyhub.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.graphql.GraphQlAdapter;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcAdapter;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.http.LandingRoute;
import io.polyhub.hub.Hub;
import io.polyhub.identity.LiveTls;
import io.polyhub.mqtt.MqttAdapter;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.server.config.ServerConfig;
import io.polyhub.web.LandingPage;
import io.polyhub.websocket.CentrifugeTransport;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebSocketAdapter;
import io.polyhub.websocket.WebSocketConfig;
import io.polyhub.websocket.WebSocketSubprotocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the doors for clients, each by its adapter. */
final class Doors implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Doors.class);

  private final ServerConfig config;
  private final Hub hub;
  private final EventLoops loops;
  private final Entrances entrances;
  private final MeterRegistry registry;
  private final List<WebSocketSubprotocol> subprotocols = new ArrayList<>();
  private final List<Door> open = new CopyOnWriteArrayList<>();
  private volatile @Nullable GrpcAdapter grpc;
  private final List<AutoCloseable> adapters = new CopyOnWriteArrayList<>();
  private final List<LiveTls> followed = new CopyOnWriteArrayList<>();

  Doors(
      ServerConfig config, Hub hub, EventLoops loops, Entrances entrances, MeterRegistry registry) {
    this.config = config;
    this.hub = hub;
    this.loops = loops;
    this.entrances = entrances;
    this.registry = registry;
  }

  /** Opens those that are enabled. After a failure those that were opened still are. */
  void open() throws StartException {
    startGrpc();
    startMqtt();
    startHttp();
    startWebSocket();
  }

  /** Those that are open, as they are listed for people. */
  List<Door> all() {
    return open.reversed();
  }

  /** Tells those who ask a door itself whether the server is ready. */
  void tell(boolean ready) {
    GrpcAdapter adapter = grpc;
    if (adapter != null) {
      adapter.serving(ready);
    }
  }

  /** Looks at the TLS files of all doors now. Returns whether what they hold is in force. */
  boolean lookAtFiles() {
    return followed.stream().map(LiveTls::look).toList().stream().allMatch(fresh -> fresh);
  }

  private void follow(@Nullable LiveTls tls) {
    if (tls != null) {
      followed.add(tls);
    }
  }

  /** Takes no new clients at any door; those that are here go on. */
  void stopAccepting() {
    all().forEach(door -> door.stopAccepting().run());
  }

  /** Closes the WebSocket door first, since other adapters speak on it. */
  @Override
  public void close() {
    followed.forEach(LiveTls::close);
    for (AutoCloseable adapter : adapters.reversed()) {
      try {
        adapter.close();
      } catch (Exception e) {
        log.warn("a door did not close as it should: {}", adapter, e);
      }
    }
  }

  private void startHttp() throws StartException {
    GraphQlConfig door = config.http();
    if (door == null) {
      return;
    }
    try {
      GraphQlAdapter adapter =
          GraphQlAdapter.start(
              hub, door, entrances.http(), registry, List.of(new LandingRoute(landingPage(door))));
      follow(adapter.tls());
      adapters.add(adapter);
      open.add(
          new Door(
              "HTTP",
              "http",
              door.bind(),
              adapter.port(),
              door.tls() != null,
              "/graphql /graphql/stream",
              adapter::stopAccepting));
      subprotocols.add(adapter.subprotocol(loops));
    } catch (IOException e) {
      throw StartException.ofDoor(
          "HTTP", Door.address(door.bind(), door.port()), "http.bind, http.port", e);
    }
  }

  private static LandingPage landingPage(GraphQlConfig door) {
    return new LandingPage(
        "Polyhub: HTTP door",
        List.of(
            new LandingPage.Entry(
                "/graphql", "GraphQL: queries, mutations, and a page to try them with", door.ui()),
            new LandingPage.Entry(
                "/graphql/stream", "GraphQL: subscriptions as event streams", false)));
  }

  private void startMqtt() throws StartException {
    MqttConfig door = config.mqtt();
    if (door == null) {
      return;
    }
    try {
      MqttAdapter adapter = MqttAdapter.start(hub, loops, door, entrances.mqtt(), registry);
      follow(adapter.tls());
      if (adapter.tlsPort() >= 0) {
        open.add(mqttDoor("mqtts", adapter.tlsPort(), adapter));
      }
      if (adapter.port() >= 0) {
        open.add(mqttDoor("mqtt", adapter.port(), adapter));
      }
      adapter.subprotocol().ifPresent(subprotocols::add);
    } catch (IOException e) {
      String address =
          door.tls() == null
              ? Door.address(door.bind(), door.port())
              : Door.address(door.bind(), door.port()) + " and port " + door.tlsPort() + " (TLS)";
      throw StartException.ofDoor("MQTT", address, "mqtt.bind, mqtt.port, mqtt.tlsPort", e);
    } catch (IllegalStateException e) {
      throw new StartException(
          "The MQTT door cannot read the stored sessions (key: dataDirectory).", e);
    }
  }

  private Door mqttDoor(String key, int port, MqttAdapter adapter) {
    return new Door(
        "MQTT",
        key,
        Objects.requireNonNull(config.mqtt()).bind(),
        port,
        key.equals("mqtts"),
        "3.1.1 and 5.0",
        adapter::stopAccepting);
  }

  private void startGrpc() throws StartException {
    GrpcConfig door = config.grpc();
    if (door == null) {
      return;
    }
    try {
      GrpcAdapter adapter = GrpcAdapter.start(hub, door, entrances.grpc(), registry);
      follow(adapter.tls());
      grpc = adapter;
      adapters.add(adapter);
      open.add(
          new Door(
              "gRPC",
              "grpc",
              door.bind(),
              adapter.port(),
              door.tls() != null,
              "polyhub.v1.Hub, health" + (door.reflection() ? ", reflection" : ""),
              adapter::stopAccepting));
    } catch (IOException e) {
      throw StartException.ofDoor(
          "gRPC", Door.address(door.bind(), door.port()), "grpc.bind, grpc.port", e);
    }
  }

  private static String centrifuge(WebSocketConfig door) {
    return door.centrifuge().transports().stream()
        .sorted()
        .map(CentrifugeTransport::path)
        .collect(Collectors.joining(" "));
  }

  /** Last, so that it is closed first: what is spoken on it belongs to other adapters. */
  private void startWebSocket() throws StartException {
    WebSocketConfig door = config.websocket();
    if (door == null) {
      return;
    }
    try {
      WebSocketAdapter adapter =
          WebSocketAdapter.start(
              hub, loops, door, subprotocols, List.of(), entrances.websocket(), registry);
      follow(adapter.tls());
      adapters.add(adapter);
      open.add(
          new Door(
              "WebSocket",
              "websocket",
              door.bind(),
              adapter.port(),
              door.tls() != null,
              centrifuge(door) + others(),
              adapter::stopAccepting));
    } catch (IOException e) {
      throw StartException.ofDoor(
          "WebSocket", Door.address(door.bind(), door.port()), "websocket.bind, websocket.port", e);
    }
  }

  private String others() {
    return subprotocols.stream()
        .map(subprotocol -> " " + subprotocol.path())
        .collect(Collectors.joining());
  }
}
