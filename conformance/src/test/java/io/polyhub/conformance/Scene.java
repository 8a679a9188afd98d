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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server for a class of tests, and the clients that the tests come with. When the class is
 * through, nothing may be left of any of them: no session, no member, no thread, no buffer.
 */
final class Scene implements AfterAllCallback, AfterEachCallback {

  /** How many publications the channels under {@code small/} keep. */
  static final int SMALL_HISTORY = 5;

  /** How the names of the server's threads begin. */
  private static final List<String> OURS = List.of("polyhub", "lane-", "broker-", "hub-");

  /** Paho tells of every packet, and at length of every connection that is lost. */
  private static final Logger PAHO = Logger.getLogger("org.eclipse.paho");

  static {
    PAHO.setLevel(Level.OFF);
    Logger.getLogger("").setLevel(Level.WARNING);
  }

  private final TestServer server;
  private final BufferLeaks leaks = BufferLeaks.watch();
  private final Set<DoorClient> clients = ConcurrentHashMap.newKeySet();
  private final Set<CutWire> wires = ConcurrentHashMap.newKeySet();
  private final List<DoorClient> lasting = new ArrayList<>();

  private Scene(TestServer server) {
    this.server = server;
  }

  /** Everybody may do everything. */
  static Scene open() {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        TestHub.rule(
            "small",
            "small/#",
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(SMALL_HISTORY, 1024 * 1024, Duration.ofDays(1)),
            OverflowPolicy.CATCH_UP));
    rules.addAll(TestHub.rules());
    return new Scene(TestServer.start(Rules.of(rules), IdentityConfig.OPEN));
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
    return new Scene(TestServer.start(Rules.of(List.of(rule)), Tokens.trusted()));
  }

  Doors doors() {
    return server.doors();
  }

  /** A client that is closed when the test is over, if the test has not closed it. */
  DoorClient client(DoorKind kind) {
    return client(kind, "");
  }

  /** A client with a token, that is closed when the test is over. */
  DoorClient client(DoorKind kind, String token) {
    return with(kind.connect(doors(), token));
  }

  /** Sees to it that the client is closed when the test is over. */
  <T extends DoorClient> T with(T client) {
    clients.add(client);
    return client;
  }

  /** A client that is closed when all tests are over. */
  DoorClient lasting(DoorKind kind) {
    return lasting(kind, "");
  }

  /** A client with a token, that is closed when all tests are over. */
  DoorClient lasting(DoorKind kind, String token) {
    DoorClient client = kind.connect(doors(), token);
    synchronized (lasting) {
      lasting.add(client);
    }
    return client;
  }

  /** A way to the server that can be cut. */
  CutWire wire() {
    CutWire wire = CutWire.before(doors());
    wires.add(wire);
    return wire;
  }

  int sessionCount() {
    return server.sessionCount();
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
    assertNobodyIsSubscribed();
    Await.until(() -> "sessions left: " + server.sessionCount(), () -> server.sessionCount() == 0);
    server.close();
    Await.until(() -> "threads left: " + threads(), () -> threads().isEmpty());
    leaks.assertNone();
  }

  private void assertNobodyIsSubscribed() {
    String token = Tokens.all("auditor", Instant.now().plusSeconds(60));
    GraphQlSocketClient auditor = GraphQlSocketClient.connect(doors(), token);
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
