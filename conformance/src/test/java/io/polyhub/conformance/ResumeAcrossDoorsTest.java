package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On one node. */
final class ResumeAcrossDoorsTest extends ResumeAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.ALONE);

  ResumeAcrossDoorsTest() {
    super(SCENE, Breadth.ALL);
  }
}
