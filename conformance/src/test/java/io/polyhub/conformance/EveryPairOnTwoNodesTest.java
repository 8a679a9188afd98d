package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On two nodes that share one NATS server. */
final class EveryPairOnTwoNodesTest extends EveryPair {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.TWO_NODES);

  EveryPairOnTwoNodesTest() {
    super(SCENE, Breadth.SELECTED);
  }
}
