package io.polyhub.conformance;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.IdentityConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The nodes for a class of tests, and the clients that the tests come with. When the class is
 * through, nothing may be left of any of them: no session, no member, no thread, no buffer.
 */
final class Scene implements BeforeAllCallback, AfterAllCallback, AfterEachCallback {

  /** How many publications the channels under {@code small/} keep. */
  static final int SMALL_HISTORY = 5;

  /** How the names of the server's threads begin. */
  private static final List<String> OURS = List.of("polyhub", "lane-", "broker-", "hub-", "nats");

  /** Paho tells of every packet, and at length of every connection that is lost. */
  private static final Logger PAHO = Logger.getLogger("org.eclipse.paho");

  static {
    PAHO.setLevel(Level.OFF);
    Logger.getLogger("").setLevel(Level.WARNING);
  }

  private final Topology topology;
  private final Rules rules;
  private final IdentityConfig identity;
  private final BufferLeaks leaks = BufferLeaks.watch();
  private @Nullable Nodes nodes;
  private final Set<DoorClient> clients = ConcurrentHashMap.newKeySet();
  private final Set<CutWire> wires = ConcurrentHashMap.newKeySet();
  private final List<DoorClient> lasting = new ArrayList<>();
  private final Map<Seat, DoorClient> seats = new ConcurrentHashMap<>();

  /** What a lasting client is for, and where it is. */
  private record Seat(String role, DoorKind kind, int node) {}

  private Scene(Topology topology, Rules rules, IdentityConfig identity) {
    this.topology = topology;
    this.rules = rules;
    this.identity = identity;
  }

  /** Everybody may do everything. */
  static Scene open(Topology topology) {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        TestHub.rule(
            "small",
            "small/#",
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(SMALL_HISTORY, 1024 * 1024, Duration.ofDays(1)),
            OverflowPolicy.CATCH_UP));
    rules.addAll(TestHub.rules());
    return new Scene(topology, Rules.of(rules), IdentityConfig.OPEN);
  }

  /** Nobody may do anything without a token of {@link Tokens} that grants it. */
  static Scene guarded() {
    Rule rule =
        new Rule(
            "all",
            List.of(ChannelFilter.of("#")),
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(10_000, 64L * 1024 * 1024, Duration.ofDays(1)),
            true,
            true,
            OverflowPolicy.CATCH_UP,
            null,
            65_536,
            0,
            Set.of(),
            Set.of());
    return new Scene(Topology.ALONE, Rules.of(List.of(rule)), Tokens.trusted());
  }

  Topology topology() {
    return topology;
  }

  /** The doors of the first node. */
  Doors doors() {
    return doors(0);
  }

  private Doors doors(int node) {
    return nodes().doors(node);
  }

  /** The doors of another node than where clients of that kind are by default, if there is one. */
  Doors doorsAway(DoorKind kind) {
    return doors(topology.away(topology.home(kind), kind));
  }

  /** A client that is closed when the test is over, if the test has not closed it. */
  DoorClient client(DoorKind kind) {
    return with(kind.connect(doors(topology.home(kind))));
  }

  /** Sees to it that the client is closed when the test is over. */
  <T extends DoorClient> T with(T client) {
    clients.add(client);
    return client;
  }

  /**
   * The client of that role, kind and node, which is closed when all tests are over. A role is
   * asked for by one thread at a time.
   */
  DoorClient seat(String role, DoorKind kind, int node) {
    Seat seat = new Seat(role, kind, node);
    DoorClient sitting = seats.get(seat);
    if (sitting == null) {
      // Not by the map's computeIfAbsent, in which others would have to wait for the connection.
      sitting = lasting(kind.connect(doors(node)));
      seats.put(seat, sitting);
    }
    return sitting;
  }

  /** A client with a token, that is closed when all tests are over. */
  DoorClient lasting(DoorKind kind, String token) {
    return lasting(kind.connect(doors(), token));
  }

  private DoorClient lasting(DoorClient client) {
    synchronized (lasting) {
      lasting.add(client);
    }
    return client;
  }

  /** A way that can be cut to the node where clients of that kind are by default. */
  CutWire wire(DoorKind kind) {
    CutWire wire = CutWire.before(doors(topology.home(kind)));
    wires.add(wire);
    return wire;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    nodes = Nodes.start(topology, rules, identity);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    clients.forEach(DoorClient::close);
    clients.clear();
    wires.forEach(CutWire::close);
    wires.clear();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    lasting.forEach(DoorClient::close);
    lasting.clear();
    seats.clear();
    Nodes running = nodes();
    running.doors().forEach(Scene::assertNobodyIsSubscribed);
    Await.until(
        () -> "sessions left: " + running.sessionCount(), () -> running.sessionCount() == 0);
    running.close();
    Await.until(() -> "threads left: " + threads(), () -> threads().isEmpty());
    leaks.assertNone();
  }

  private Nodes nodes() {
    return Objects.requireNonNull(nodes, "not started");
  }

  private static void assertNobodyIsSubscribed(Doors doors) {
    String token = Tokens.all("auditor", Instant.now().plusSeconds(60));
    GraphQlSocketClient auditor = GraphQlSocketClient.connect(doors, token);
    Await.until(
        () -> "subscribed to: " + auditor.occupiedChannels(),
        () -> auditor.occupiedChannels().isEmpty());
    auditor.close();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> OURS.stream().anyMatch(name::startsWith))
        .toList();
  }
}
