package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On three nodes that share a cluster of three NATS servers. */
final class EveryPairOnClusterTest extends EveryPair {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.CLUSTER);

  EveryPairOnClusterTest() {
    super(SCENE, Breadth.ALL);
  }
}
