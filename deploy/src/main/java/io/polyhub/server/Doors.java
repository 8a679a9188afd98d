package io.polyhub.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.door.Door;
import io.polyhub.door.Listener;
import io.polyhub.graphql.GraphQlAdapter;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcAdapter;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.http.LandingRoute;
import io.polyhub.hub.Hub;
import io.polyhub.identity.LiveTls;
import io.polyhub.mqtt.MqttAdapter;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.net.Entrance;
import io.polyhub.server.config.DoorConfig;
import io.polyhub.server.config.ServerConfig;
import io.polyhub.web.LandingPage;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebSocketAdapter;
import io.polyhub.websocket.WebSocketConfig;
import io.polyhub.websocket.WebSocketSubprotocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doors for clients. Each kind is opened in its own way, by {@link #open(DoorConfig)} alone;
 * from then on they are all alike.
 */
final class Doors implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Doors.class);

  private final ServerConfig config;
  private final Hub hub;
  private final EventLoops loops;
  private final Entrances entrances;
  private final MeterRegistry registry;
  private final List<WebSocketSubprotocol> subprotocols = new ArrayList<>();
  private final List<Door> open = new CopyOnWriteArrayList<>();

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
    for (DoorConfig door : config.doors().reversed()) {
      open.add(open(door));
    }
  }

  private Door open(DoorConfig door) throws StartException {
    Entrance entrance = entrances.of(door.name());
    try {
      return switch (door) {
        case DoorConfig.WebSocket(WebSocketConfig settings) ->
            WebSocketAdapter.start(
                hub, loops, settings, subprotocols, List.of(), entrance, registry);
        case DoorConfig.Http(GraphQlConfig settings) -> openHttp(settings, entrance);
        case DoorConfig.Mqtt(MqttConfig settings) -> openMqtt(settings, entrance);
        case DoorConfig.Grpc(GrpcConfig settings) ->
            GrpcAdapter.start(hub, settings, entrance, registry);
      };
    } catch (IOException e) {
      throw StartException.ofDoor(door.title(), door.wanted(), door.keys(), e);
    }
  }

  private Door openHttp(GraphQlConfig settings, Entrance entrance) throws IOException {
    GraphQlAdapter adapter =
        GraphQlAdapter.start(
            hub, settings, entrance, registry, List.of(new LandingRoute(landingPage(settings))));
    subprotocols.add(adapter.subprotocol(loops));
    return adapter;
  }

  private static LandingPage landingPage(GraphQlConfig settings) {
    return new LandingPage(
        "Polyhub: HTTP door",
        List.of(
            new LandingPage.Entry(
                "/graphql",
                "GraphQL: queries, mutations, and a page to try them with",
                settings.ui()),
            new LandingPage.Entry(
                "/graphql/stream", "GraphQL: subscriptions as event streams", false)));
  }

  private Door openMqtt(MqttConfig settings, Entrance entrance) throws IOException, StartException {
    try {
      MqttAdapter adapter = MqttAdapter.start(hub, loops, settings, entrance, registry);
      adapter.subprotocol().ifPresent(subprotocols::add);
      return adapter;
    } catch (IllegalStateException e) {
      throw new StartException(
          "The MQTT door cannot read the stored sessions (key: dataDirectory).", e);
    }
  }

  /** Those that are open, in the order of the file. */
  List<Door> all() {
    return open.reversed();
  }

  /** What all of them listen on, in the order in which it is listed for people. */
  List<Listener> listeners() {
    return all().stream().flatMap(door -> door.listeners().stream()).toList();
  }

  /** Passes on whether the server is ready, to clients that ask a door itself. */
  void serving(boolean ready) {
    open.forEach(door -> door.serving(ready));
  }

  /** Looks at the TLS files of all doors now. Returns whether what they hold is in force. */
  boolean lookAtFiles() {
    boolean fresh = true;
    for (Door door : open) {
      LiveTls tls = door.tls();
      // Each is looked at, also after one that cannot be used.
      fresh &= tls == null || tls.look();
    }
    return fresh;
  }

  /** Takes no new clients at any door; those that are here go on. */
  void stopAccepting() {
    all().forEach(Door::stopAccepting);
  }

  /** Closes the WebSocket door first, since other doors' protocols are spoken on it. */
  @Override
  public void close() {
    for (Door door : all()) {
      try {
        door.close();
      } catch (RuntimeException e) {
        log.warn("the {} door did not close as it should", door.name(), e);
      }
    }
  }
}
