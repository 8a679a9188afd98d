package io.polyhub.conformance;

/** How a client goes. */
enum Leave {
  /** It says goodbye. */
  CLOSE,
  /** Its connection is cut. */
  KILL;

  void apply(DoorClient client, CutWire wire) {
    if (this == KILL) {
      wire.cut();
    }
    client.close();
  }
}
