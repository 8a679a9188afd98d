package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On one node. */
final class EveryPairTest extends EveryPair {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.ALONE);

  EveryPairTest() {
    super(SCENE, Breadth.ALL);
  }
}
