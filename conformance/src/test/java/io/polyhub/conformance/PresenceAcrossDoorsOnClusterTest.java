package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On three nodes that share a cluster of three NATS servers. */
final class PresenceAcrossDoorsOnClusterTest extends PresenceAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.CLUSTER);

  PresenceAcrossDoorsOnClusterTest() {
    super(SCENE, Breadth.ALL);
  }
}
