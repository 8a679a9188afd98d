package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On one node. */
final class PresenceAcrossDoorsTest extends PresenceAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.ALONE);

  PresenceAcrossDoorsTest() {
    super(SCENE, Breadth.ALL);
  }
}
