package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Some nodes of the hub over one nats-server.
 *
 * @param nodes how many
 * @param rulesYaml what to add to the configuration of each
 */
record HubsKind(int nodes, String rulesYaml) implements TargetKind {

  private static final int USUAL_NATS_PORT = 4222;

  HubsKind {
    if (nodes < 1) {
      throw new IllegalArgumentException("nodes: " + nodes + " (expected: 1 or more)");
    }
  }

  @Override
  public String name() {
    return "Polyhub, " + nodes + (nodes == 1 ? " node" : " nodes");
  }

  @Override
  public boolean isManaged() {
    return true;
  }

  @Override
  public boolean isJvm() {
    return true;
  }

  @Override
  public Set<Protocol> protocols() {
    return HubKind.PROTOCOLS;
  }

  @Override
  public Optional<String> missing() {
    return NatsServer.PROGRAM.isPresent() ? Optional.empty() : Optional.of(NatsServer.MISSING);
  }

  @Override
  public String configuration() {
    return hubYaml(USUAL_NATS_PORT) + "\n" + NatsServer.configuration();
  }

  String hubYaml(int natsPort) {
    String broker =
        "broker: {type: nats, nats: {servers: ['nats://127.0.0.1:%d']}}".formatted(natsPort);
    return HubYaml.merged(HubYaml.merged(HubYaml.COMMON, broker), rulesYaml);
  }

  @Override
  public HubCluster start(Path folder) {
    return HubCluster.start(this, folder);
  }
}
