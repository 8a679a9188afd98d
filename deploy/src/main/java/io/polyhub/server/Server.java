package io.polyhub.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.polyhub.broker.Broker;
import io.polyhub.broker.embedded.BrokerUnavailableException;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.broker.nats.NatsBroker;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.door.Listener;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.server.admin.AdminServer;
import io.polyhub.server.admin.Readiness;
import io.polyhub.server.admin.SessionsApi;
import io.polyhub.server.config.BrokerConfig;
import io.polyhub.server.config.ServerConfig;
import io.polyhub.websocket.EventLoops;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: everything wired, from the broker up to the doors. It starts whole or not at
 * all. Safe for any thread.
 */
public final class Server implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Server.class);

  private final ServerConfig config;
  private final Readiness readiness = new Readiness();
  private final PrometheusMeterRegistry registry = metrics(readiness);
  private final ProcessMetrics processMetrics = new ProcessMetrics(registry);
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Entrances entrances;
  private @Nullable AdminServer admin;
  private @Nullable Gatekeeper gatekeeper;
  private @Nullable Broker broker;
  private volatile @Nullable HubNode hub;
  private @Nullable EventLoops loops;
  private @Nullable Doors doors;
  private @Nullable HealthFollower health;

  private Server(ServerConfig config) {
    this.config = config;
    entrances = new Entrances(config.network(), registry);
  }

  private static PrometheusMeterRegistry metrics(Readiness readiness) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.config().meterFilter(new MetricHelp());
    Gauge.builder("polyhub.ready", () -> readiness.isReady() ? 1 : 0).register(registry);
    return registry;
  }

  /**
   * Starts everything that the configuration asks for. Blocks while a log that was not closed is
   * recovered.
   *
   * @throws StartException if some part cannot start; everything else is closed again then
   */
  public static Server start(ServerConfig config) throws StartException {
    Server server = new Server(config);
    try {
      server.startParts();
    } catch (StartException | RuntimeException e) {
      server.closeParts();
      throw e;
    }
    return server;
  }

  private void startParts() throws StartException {
    Clock clock = Clock.systemUTC();
    startAdmin();
    Gatekeeper gate = Gatekeeper.start(config.auth(), clock, registry);
    gatekeeper = gate;
    Broker store = openBroker(clock);
    broker = store;
    readiness.add("broker", store::isReady);
    HubNode node = HubNode.start(store, config.rules(), config.limits(), gate, registry, clock);
    node.version(Version.text());
    hub = node;
    EventLoops shared = EventLoops.start(node, config.eventLoops());
    loops = shared;
    Doors opened = new Doors(config, node, shared, entrances, registry);
    doors = opened;
    opened.open();
    opened.listeners().forEach(listener -> readiness.add(listener.name(), () -> true));
    readiness.started();
    health = new HealthFollower(readiness::isReady, opened::serving);
  }

  private void startAdmin() throws StartException {
    if (!config.admin().enabled()) {
      return;
    }
    String bind = config.admin().bind();
    try {
      admin =
          AdminServer.start(
              config.admin(),
              Version.text(),
              readiness,
              entrances.admin(),
              registry,
              this::sessions);
    } catch (IOException e) {
      throw StartException.ofDoor(
          "admin", Listener.address(bind, config.admin().port()), "admin.bind, admin.port", e);
    }
  }

  private Broker openBroker(Clock clock) throws StartException {
    return switch (config.broker()) {
      case BrokerConfig.Embedded(EmbeddedConfig settings) -> openEmbedded(settings, clock);
      case BrokerConfig.Nats(NatsConfig settings) -> openNats(settings, clock);
    };
  }

  private Broker openEmbedded(EmbeddedConfig settings, Clock clock) throws StartException {
    try {
      return EmbeddedBroker.open(settings, registry, clock);
    } catch (BrokerUnavailableException e) {
      throw new StartException(e.getMessage() + " (key: dataDirectory)", e);
    }
  }

  /** Does not wait for NATS: until it is there the server is up, and not ready. */
  private Broker openNats(NatsConfig settings, Clock clock) {
    NatsBroker nats = NatsBroker.open(settings, registry, clock, RandomGenerator.getDefault());
    readiness.explain("nats", () -> state(nats));
    return nats;
  }

  private static Map<String, Object> state(NatsBroker nats) {
    NatsBroker.State state = nats.state();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("connection", state.connected() ? "up" : "down");
    shown.put("streams", state.streamsReady() ? "up" : "down");
    shown.put("payloads", state.payloadsFit() ? "up" : "down");
    shown.put("version", state.serversFit() ? "fit" : "unfit");
    shown.put("nodes", state.nodes());
    return shown;
  }

  private @Nullable SessionsApi sessions() {
    HubNode node = hub;
    return node == null ? null : new SessionsApi(node.reach());
  }

  /** What is listened on: by the doors for clients, then by the admin port. */
  public List<Listener> listeners() {
    List<Listener> all = new ArrayList<>();
    if (doors != null) {
      all.addAll(doors.listeners());
    }
    if (admin != null) {
      all.addAll(admin.listeners());
    }
    return all;
  }

  /**
   * The real port of a door.
   *
   * @param key where configuration speaks of it, such as {@code mqtt}
   * @throws IllegalArgumentException if there is no such door, or it is not enabled
   */
  public int port(String key) {
    return listeners().stream()
        .filter(listener -> listener.name().equals(key))
        .mapToInt(Listener::port)
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("key: " + key + " (expected: a door that is enabled)"));
  }

  /** How many clients are connected, by all doors. */
  public int sessionCount() {
    return hub == null ? 0 : hub.sessionCount();
  }

  /**
   * Looks now at the files of keys, certificates and secrets that are looked at every ten seconds
   * anyway. Returns whether what they hold is in force. Blocks while they are read.
   */
  boolean lookAtFiles() {
    Doors opened = doors;
    Gatekeeper gate = gatekeeper;
    // Each is looked at, also after one that cannot be used.
    boolean freshDoors = opened == null || opened.lookAtFiles();
    boolean freshKeys = gate == null || gate.lookAtFiles();
    return freshDoors && freshKeys;
  }

  /** What is configured. */
  public ServerConfig config() {
    return config;
  }

  /**
   * Goes down in order: readiness turns false, and load balancers are given notice; the doors take
   * no new clients; those that are here are told goodbye in their protocol, at a pace; the doors
   * close; what was accepted is stored. Blocks; does nothing the second time.
   */
  public void shutDown() {
    end(config.shutdown().notice(), config.shutdown().drain());
  }

  /** As {@link #shutDown}, at once: without notice and pace. */
  @Override
  public void close() {
    end(Duration.ZERO, Duration.ZERO);
  }

  private void end(Duration notice, Duration drain) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    readiness.goingDown();
    if (health != null) {
      health.look();
    }
    log.info("going down: {} clients are connected", sessionCount());
    pause(notice);
    if (doors != null) {
      doors.stopAccepting();
    }
    if (hub != null) {
      hub.drain(drain);
    }
    closeParts();
    log.info("down");
  }

  private static void pause(Duration notice) {
    try {
      Thread.sleep(notice);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lanes run on the event loops, so the hub ends before them; the broker is the last to write. */
  private void closeParts() {
    close("health", health);
    close("doors", doors);
    close("hub", hub);
    close("event loops", loops);
    close("broker", broker);
    close("authentication", gatekeeper);
    close("admin", admin);
    close("process metrics", processMetrics);
    close("metrics", registry::close);
  }

  private static void close(String name, @Nullable AutoCloseable part) {
    if (part == null) {
      return;
    }
    try {
      part.close();
    } catch (Exception e) {
      log.warn("the {} did not close as it should", name, e);
    }
  }
}
