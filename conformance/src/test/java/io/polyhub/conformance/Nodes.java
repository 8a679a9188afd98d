package io.polyhub.conformance;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.Rules;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.server.config.BrokerConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The nodes of a topology, in this JVM, each with doors of its own. */
final class Nodes implements AutoCloseable {

  private final List<TestServer> servers = new ArrayList<>();
  private final @Nullable SharedNats nats;

  private Nodes(@Nullable SharedNats nats) {
    this.nats = nats;
  }

  /** Starts them, and waits until all are ready and know of each other. */
  static Nodes start(Topology topology, Rules rules, IdentityConfig identity) {
    Nodes nodes =
        new Nodes(
            switch (topology) {
              case ALONE -> null;
              case TWO_NODES, THREE_NODES -> SharedNats.onOne();
              case CLUSTER -> SharedNats.onCluster();
            });
    for (int node = 0; node < topology.nodes(); node++) {
      nodes.servers.add(TestServer.start(nodes.broker(node), rules, identity));
    }
    for (TestServer server : nodes.servers) {
      Await.until(
          () -> "ready with " + topology.nodes() + " nodes: " + server.readiness(),
          () -> server.isReadyWith(topology.nodes()));
    }
    return nodes;
  }

  private BrokerConfig broker(int node) {
    return nats == null
        ? new BrokerConfig.Embedded(EmbeddedConfig.inMemory())
        : new BrokerConfig.Nats(nats.config(node));
  }

  Doors doors(int node) {
    return servers.get(node).doors();
  }

  /** The doors of each node. */
  List<Doors> doors() {
    return servers.stream().map(TestServer::doors).toList();
  }

  int sessionCount() {
    return servers.stream().mapToInt(TestServer::sessionCount).sum();
  }

  @Override
  public void close() {
    servers.forEach(TestServer::close);
    servers.clear();
    if (nats != null) {
      nats.close();
    }
  }
}
