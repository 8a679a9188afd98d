package io.polyhub.broker.nats;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.nats.link.LinkMetrics;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.nodes.NatsNodes;
import io.polyhub.broker.nats.nodes.NodesConfig;
import io.polyhub.broker.nats.nodes.NodesMetrics;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** One node among others, whose clock can be stopped: then it neither beats nor judges. */
public final class TestNode implements AutoCloseable {

  /** A node is taken for dead after a second and a half. */
  static final NodesConfig SWIFT =
      new NodesConfig(Duration.ofMillis(250), 6, Duration.ofSeconds(1), 1_000);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final NatsConfig config;
  final Subjects subjects;
  final NatsLink link;
  final NatsNodes nodes;
  private final List<String> events = new ArrayList<>();
  private final AtomicLong stoppedAt = new AtomicLong(Long.MIN_VALUE);

  TestNode(List<URI> servers, String prefix, NodesConfig nodesConfig) {
    config = NatsConfig.at(servers.toArray(URI[]::new)).withPrefix(prefix).with(nodesConfig);
    subjects = new Subjects(prefix);
    String name = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    link = new NatsLink(config.link(), name, new LinkMetrics(registry), new Random());
    LongSupplier clock =
        () -> stoppedAt.get() == Long.MIN_VALUE ? System.nanoTime() : stoppedAt.get();
    nodes = new NatsNodes(link, subjects, config.nodes(), name, new NodesMetrics(registry), clock);
    nodes.listen(
        new Nodes.Listener() {
          @Override
          public void onNode(String node) {
            note("+" + node);
          }

          @Override
          public void onNodeGone(String node) {
            note("-" + node);
          }
        });
  }

  /** A prefix that no other test uses. */
  public static String prefix() {
    return "t" + UUID.randomUUID().toString().substring(0, 8);
  }

  TestNode start() {
    link.start();
    nodes.start();
    return this;
  }

  String name() {
    return nodes.self();
  }

  private synchronized void note(String event) {
    events.add(event);
  }

  /** Who came ({@code +}) and went ({@code -}). */
  synchronized List<String> events() {
    return List.copyOf(events);
  }

  void awaitEvents(String... expected) throws InterruptedException {
    BrokerProbe.await(() -> events().equals(List.of(expected)));
  }

  /** Waits until exactly these nodes are alive for this one. */
  void awaitLive(TestNode... others) throws InterruptedException {
    Set<String> expected = new java.util.HashSet<>(Set.of(name()));
    for (TestNode other : others) {
      expected.add(other.name());
    }
    BrokerProbe.await(() -> nodes.live().equals(expected));
  }

  /** Stops the node's clock. */
  void fallAsleep() {
    stoppedAt.set(System.nanoTime());
  }

  /** The clock goes on, and has gone on meanwhile. */
  void wakeUp() {
    stoppedAt.set(Long.MIN_VALUE);
  }

  /** The node is gone without a word. */
  void die() {
    link.close();
  }

  @Override
  public void close() {
    nodes.close();
    link.close();
  }
}
