package io.polyhub.conformance;

import org.junit.jupiter.api.extension.RegisterExtension;

/** On three nodes that share a cluster of three NATS servers. */
final class ResumeAcrossDoorsOnClusterTest extends ResumeAcrossDoors {

  @RegisterExtension static final Scene SCENE = Scene.open(Topology.CLUSTER);

  ResumeAcrossDoorsOnClusterTest() {
    super(SCENE, Breadth.ALL);
  }
}
