package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.nats.NatsBroker;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.nodes.NodesConfig;
import io.polyhub.broker.nats.stream.StreamsConfig;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.hub.Limits;
import io.polyhub.hub.TestHub;
import io.polyhub.hub.session.HubNode;
import io.polyhub.websocket.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/** The door of one node among several, over a real NATS. */
final class NodeDoor implements AutoCloseable {

  /** A node is taken for dead after a second and a half. */
  private static final NodesConfig SWIFT =
      new NodesConfig(Duration.ofMillis(250), 6, Duration.ofSeconds(2), 1_000);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NatsBroker broker;
  private final HubNode hub;
  private final EventLoops loops;
  private final MqttAdapter adapter;

  private NodeDoor(URI nats, String prefix) throws IOException {
    NatsConfig config =
        NatsConfig.at(nats)
            .withPrefix(prefix)
            .with(SWIFT)
            .with(StreamsConfig.STANDARD.withBytes(16L << 20, 4L << 20));
    broker = NatsBroker.open(config, registry, InstantSource.system(), new Random());
    hub =
        HubNode.start(
            broker,
            Rules.of(rules()),
            Limits.STANDARD,
            TestHub.anyone(),
            registry,
            InstantSource.system());
    loops = EventLoops.start(hub, 1);
    adapter = MqttAdapter.start(hub, loops, TestConfig.standard(), registry);
  }

  /** Starts a node and waits until it is ready. */
  static NodeDoor start(URI nats, String prefix) throws IOException {
    NodeDoor node = new NodeDoor(nats, prefix);
    Eventually.holds(node.broker::isReady);
    return node;
  }

  private static List<Rule> rules() {
    return List.of(
        TestHub.rule(
            "amo",
            "amo/#",
            Guarantee.AT_MOST_ONCE,
            Rule.Retention.NONE,
            OverflowPolicy.DROP_OLDEST),
        TestHub.rule(
            "all",
            "#",
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(10_000, 64L << 20, Duration.ofDays(1)),
            OverflowPolicy.CATCH_UP));
  }

  /** Whether its broker can store and carry just now. */
  boolean isReady() {
    return broker.isReady();
  }

  int port() {
    return adapter.port();
  }

  /** Waits until it hears so many nodes, itself among them. */
  NodeDoor hears(int count) {
    Eventually.holds(() -> hub.nodes().live().size() == count);
    return this;
  }

  /** The sum of the counter's series: every door has its own from the start. */
  double count(String counter) {
    return registry.get(counter).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** The sum of the gauge's series. */
  double gauge(String gauge) {
    return registry.get(gauge).gauges().stream().mapToDouble(Gauge::value).sum();
  }

  /** A client of version 5.0 of that identifier, connected to that port. */
  static RawClient connect(int port, String id, String flags, String properties, String... rest)
      throws IOException {
    RawClient client = RawClient.over(new Socket(InetAddress.getLoopbackAddress(), port));
    client.sendConnectV5(id, flags, properties, rest);
    byte[] connack = client.read();
    assertThat(Bytes.hex(connack)).startsWith("20 ");
    assertThat(connack[3]).as("reason").isZero();
    return client;
  }

  @Override
  public void close() {
    adapter.close();
    loops.close();
    hub.close();
    broker.close();
  }
}
