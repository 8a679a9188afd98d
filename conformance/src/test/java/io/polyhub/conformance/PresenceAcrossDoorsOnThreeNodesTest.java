package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On three nodes that share one NATS server. */
final class PresenceAcrossDoorsOnThreeNodesTest extends PresenceAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.THREE_NODES);

  PresenceAcrossDoorsOnThreeNodesTest() {
    super(SCENE, Breadth.SELECTED);
  }
}
