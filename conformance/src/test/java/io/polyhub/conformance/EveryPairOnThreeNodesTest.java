package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On three nodes that share one NATS server. */
final class EveryPairOnThreeNodesTest extends EveryPair {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.THREE_NODES);

  EveryPairOnThreeNodesTest() {
    super(SCENE, Breadth.SELECTED);
  }
}
