package io.polyhub.conformance.faults;

/** What can go wrong between hubs and NATS. */
enum Fault {
  KILL_HUB("kill -9 of hub %d"),
  PAUSE_HUB("SIGSTOP of hub %d"),
  KILL_NATS("kill -9 of NATS server %d"),
  KILL_LEADER("kill -9 of NATS server %d, which leads a stream"),
  PAUSE_NATS("SIGSTOP of NATS server %d"),
  CUT_BOTH_WAYS("hub %d and NATS do not hear each other"),
  CUT_FROM_HUB("NATS does not hear hub %d"),
  CUT_FROM_NATS("hub %d does not hear NATS"),
  RESET_LINKS("the connections of hub %d with NATS are reset"),
  SLOW_LINKS("the links of hub %d to NATS are slow"),
  RECREATE_STREAM("a stream is deleted under hub %d, and made anew");

  private final String words;

  Fault(String words) {
    this.words = words;
  }

  /** What happens, in words. */
  String of(int victim) {
    return words.formatted(victim);
  }

  /** Whether it needs NATS. */
  boolean isOfNats() {
    return switch (this) {
      case KILL_HUB, PAUSE_HUB -> false;
      case KILL_NATS,
          KILL_LEADER,
          PAUSE_NATS,
          CUT_BOTH_WAYS,
          CUT_FROM_HUB,
          CUT_FROM_NATS,
          RESET_LINKS,
          SLOW_LINKS,
          RECREATE_STREAM ->
          true;
    };
  }

  /** Whether its victim is one of the NATS servers. */
  boolean hitsServer() {
    return this == KILL_NATS || this == KILL_LEADER || this == PAUSE_NATS;
  }

  /** Whether hubs beside its victim are to go on as if nothing were. */
  boolean sparesOtherHubs() {
    return switch (this) {
      case KILL_HUB,
          PAUSE_HUB,
          CUT_BOTH_WAYS,
          CUT_FROM_HUB,
          CUT_FROM_NATS,
          RESET_LINKS,
          SLOW_LINKS ->
          true;
      case KILL_NATS, KILL_LEADER, PAUSE_NATS, RECREATE_STREAM -> false;
    };
  }

  /** Whether acknowledged publications are lost by it, which readers must then be told. */
  boolean losesLog() {
    return this == RECREATE_STREAM;
  }
}
