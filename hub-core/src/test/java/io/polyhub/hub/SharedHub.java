package io.polyhub.hub;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsBroker;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.nodes.NodesConfig;
import io.polyhub.broker.nats.stream.StreamsConfig;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rules;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Authenticator;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** One of several hubs over one NATS, under the rules of {@link TestHub}. */
public final class SharedHub implements AutoCloseable {

  private static final NodesConfig SWIFT =
      new NodesConfig(Duration.ofMillis(500), 6, Duration.ofSeconds(3), 1_000);

  private static final StreamsConfig SMALL = StreamsConfig.STANDARD.withBytes(1L << 20, 1L << 20);

  /** What tests need that play for long over one NATS, with many lost messages. */
  public static final UnaryOperator<NatsConfig> LONG =
      config ->
          config
              .with(new NodesConfig(Duration.ofMillis(500), 6, Duration.ofSeconds(1), 1_000))
              .with(StreamsConfig.STANDARD.withBytes(1L << 28, 1L << 26));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NatsBroker broker;
  private final FaultyBroker faulty;
  private final FaultyNodes nodes;
  private final HubNode hub;

  public SharedHub(
      List<URI> servers, String prefix, Authenticator authenticator, InstantSource clock) {
    this(servers, prefix, authenticator, clock, new Random());
  }

  /**
   * @param chance of what happens to messages between nodes, once that is asked for
   */
  public SharedHub(
      List<URI> servers,
      String prefix,
      Authenticator authenticator,
      InstantSource clock,
      Random chance) {
    this(servers, prefix, authenticator, clock, chance, Limits.STANDARD);
  }

  public SharedHub(
      List<URI> servers,
      String prefix,
      Authenticator authenticator,
      InstantSource clock,
      Random chance,
      Limits limits) {
    this(servers, prefix, authenticator, clock, chance, limits, UnaryOperator.identity());
  }

  public SharedHub(
      List<URI> servers,
      String prefix,
      Authenticator authenticator,
      InstantSource clock,
      Random chance,
      Limits limits,
      UnaryOperator<NatsConfig> change) {
    NatsConfig config =
        change.apply(
            NatsConfig.at(servers.toArray(URI[]::new)).withPrefix(prefix).with(SWIFT).with(SMALL));
    broker = NatsBroker.open(config, registry, clock, new Random());
    nodes = new FaultyNodes(broker.nodes(), chance);
    faulty = new FaultyBroker(broker, nodes);
    hub = HubNode.start(faulty, Rules.of(TestHub.rules()), limits, authenticator, registry, clock);
  }

  public SimpleMeterRegistry registry() {
    return registry;
  }

  public HubNode hub() {
    return hub;
  }

  /** Waits until so many hubs know of each other, and this one can store. */
  public void awaitNodes(int count) throws InterruptedException {
    BrokerProbe.await(() -> broker.nodes().live().size() == count && broker.isReady());
  }

  /** What this hub hears of the others, and they of it. */
  public FaultyNodes nodes() {
    return nodes;
  }

  /** Says that the live feed of the filter's channels may have had holes. */
  public void gap(ChannelFilter filter) {
    faulty.gap(filter);
  }

  public NatsBroker broker() {
    return broker;
  }

  @Override
  public void close() {
    hub.close();
    nodes.close();
    faulty.close();
  }
}
