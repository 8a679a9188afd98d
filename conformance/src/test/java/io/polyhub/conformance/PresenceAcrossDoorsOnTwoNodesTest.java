package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On two nodes that share one NATS server. */
final class PresenceAcrossDoorsOnTwoNodesTest extends PresenceAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.TWO_NODES);

  PresenceAcrossDoorsOnTwoNodesTest() {
    super(SCENE, Breadth.SELECTED);
  }
}
