package io.polyhub.hub;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsBroker;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.NatsConfig.NodesConfig;
import io.polyhub.broker.nats.NatsConfig.Streams;
import io.polyhub.channel.Rules;
import io.polyhub.identity.Authenticator;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/** One of several hubs over one NATS, under the rules of {@link TestHub}. */
final class SharedHub implements AutoCloseable {

  private static final NodesConfig SWIFT =
      new NodesConfig(Duration.ofMillis(500), 6, Duration.ofSeconds(3), 1_000);

  private static final Streams SMALL = Streams.STANDARD.withBytes(1L << 20, 1L << 20);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NatsBroker broker;
  private final HubNode hub;

  SharedHub(List<URI> servers, String prefix, Authenticator authenticator, InstantSource clock) {
    NatsConfig config =
        NatsConfig.at(servers.toArray(URI[]::new)).withPrefix(prefix).with(SWIFT).with(SMALL);
    broker = NatsBroker.open(config, registry, clock, new Random());
    hub =
        HubNode.start(
            broker, Rules.of(TestHub.rules()), Limits.STANDARD, authenticator, registry, clock);
  }

  SimpleMeterRegistry registry() {
    return registry;
  }

  HubNode hub() {
    return hub;
  }

  /** Waits until so many hubs know of each other, and this one can store. */
  void awaitNodes(int count) throws InterruptedException {
    BrokerProbe.await(() -> broker.nodes().live().size() == count && broker.isReady());
  }

  NatsBroker broker() {
    return broker;
  }

  @Override
  public void close() {
    hub.close();
    broker.close();
  }
}
