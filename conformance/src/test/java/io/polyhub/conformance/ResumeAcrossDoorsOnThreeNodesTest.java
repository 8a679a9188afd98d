package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On three nodes that share one NATS server. */
final class ResumeAcrossDoorsOnThreeNodesTest extends ResumeAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.THREE_NODES);

  ResumeAcrossDoorsOnThreeNodesTest() {
    super(SCENE, Breadth.SELECTED);
  }
}
