package io.polyhub.conformance;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.polyhub.broker.nats.NatsClient;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.broker.nats.stream.StreamsConfig;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What some nodes have in common: a prefix of their own on servers that all tests share.
 *
 * @param servers where they are reached
 * @param replicas on how many of them streams lie
 * @param prefix that nobody else has
 */
record SharedNats(List<URI> servers, int replicas, String prefix) implements AutoCloseable {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** On one server. */
  static SharedNats onOne() {
    return on(NatsServers.shared());
  }

  /** On a cluster of three, with every stream on all of them. */
  static SharedNats onCluster() {
    return on(NatsServers.sharedCluster());
  }

  private static SharedNats on(NatsServers all) {
    return new SharedNats(all.uris(), all.uris().size(), "scene" + NUMBER.incrementAndGet());
  }

  /** For a node that is connected to one server alone, different nodes to different ones. */
  NatsConfig config(int node) {
    return NatsConfig.at(servers.get(node % servers.size()))
        .withPrefix(prefix)
        .with(StreamsConfig.STANDARD.withReplicas(replicas));
  }

  /** Takes away what the nodes have left there. */
  @Override
  public void close() {
    try (NatsClient client = NatsClient.connect(servers.getFirst())) {
      JetStreamManagement streams = client.connection().jetStreamManagement();
      for (String name : streams.getStreamNames()) {
        if (name.startsWith(prefix + "-")) {
          streams.deleteStream(name);
        }
      }
    } catch (IOException | JetStreamApiException failed) {
      throw new AssertionError(failed);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
