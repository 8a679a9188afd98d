package io.polyhub.broker.nats;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.stream.StreamsConfig;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rules;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A node's broker on real NATS, under test.
 *
 * @param probe the broker with its listener
 * @param registry what it counts
 * @param config under which it runs
 */
record NatsProbe(BrokerProbe probe, SimpleMeterRegistry registry, NatsConfig config)
    implements AutoCloseable {

  /** Time for the broker is real: a minute of the contract's passes in two seconds. */
  static final int TIMES_FASTER = 30;

  /** A configuration under a prefix that no other test has, with small streams. */
  static NatsConfig config(List<URI> servers) {
    return NatsConfig.at(servers.toArray(URI[]::new))
        .withPrefix(TestNode.prefix())
        .with(
            StreamsConfig.STANDARD
                .withReplicas(Math.min(3, servers.size()))
                .withBytes(16L << 20, 4L << 20));
  }

  /** Starts a node, and does not wait for anything. */
  static NatsProbe start(NatsConfig config, Rules rules) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    NatsBroker broker = NatsBroker.open(config, registry, InstantSource.system(), new Random());
    return new NatsProbe(new BrokerProbe(broker, rules, NatsProbe::pass), registry, config);
  }

  /** Starts a node, and waits until it is ready. */
  static NatsProbe ready(NatsConfig config, Rules rules) throws Exception {
    NatsProbe started = start(config, rules);
    started.awaitReady();
    return started;
  }

  void awaitReady() throws InterruptedException {
    BrokerProbe.await(probe.broker()::isReady);
  }

  void watch(String filter) throws Exception {
    BrokerProbe.get(probe.broker().watch(ChannelFilter.of(filter)));
  }

  double count(String counter) {
    return registry.get(counter).counters().stream().mapToDouble(each -> each.count()).sum();
  }

  double count(String counter, String tag, String value) {
    return registry.get(counter).tag(tag, value).counter().count();
  }

  double gauge(String gauge) {
    return registry.get(gauge).gauges().stream().mapToDouble(each -> each.value()).sum();
  }

  private static void pass(Duration time) {
    long until = System.nanoTime() + time.dividedBy(TIMES_FASTER).toNanos();
    for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Takes the streams of that prefix away. */
  static void removeStreams(NatsConfig config) {
    try (NatsClient client = NatsClient.connect(config.link().servers().getFirst())) {
      JetStreamManagement streams = client.connection().jetStreamManagement();
      for (String name : streams.getStreamNames()) {
        if (name.startsWith(config.prefix() + "-")) {
          streams.deleteStream(name);
        }
      }
    } catch (IOException | JetStreamApiException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    probe.close();
  }
}
