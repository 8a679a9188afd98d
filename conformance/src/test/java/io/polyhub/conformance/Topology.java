package io.polyhub.conformance;

import java.util.List;

/** How many nodes there are, and what they share. */
enum Topology {
  /** One node with a broker of its own. */
  ALONE(1),
  /** Two nodes that share one NATS server. */
  TWO_NODES(2),
  /** Three nodes that share one NATS server. */
  THREE_NODES(3),
  /** Three nodes that share a cluster of three NATS servers, each stream on all of them. */
  CLUSTER(3);

  private final int nodes;

  Topology(int nodes) {
    this.nodes = nodes;
  }

  int nodes() {
    return nodes;
  }

  /** Where clients of that kind are by default, so that the kinds are spread over the nodes. */
  int home(DoorKind kind) {
    return number(kind) % nodes;
  }

  /** Another node than that one, if there is one; different kinds are sent to different others. */
  int away(int node, DoorKind kind) {
    return nodes == 1 ? node : (node + 1 + number(kind) % (nodes - 1)) % nodes;
  }

  private static int number(DoorKind kind) {
    return List.of(DoorKind.values()).indexOf(kind);
  }
}
