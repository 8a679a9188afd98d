package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On two nodes that share one NATS server. */
final class ResumeAcrossDoorsOnTwoNodesTest extends ResumeAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.TWO_NODES);

  ResumeAcrossDoorsOnTwoNodesTest() {
    super(SCENE, Breadth.SELECTED);
  }
}
