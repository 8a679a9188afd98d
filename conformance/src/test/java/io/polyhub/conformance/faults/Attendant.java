package io.polyhub.conformance.faults;

import io.polyhub.conformance.DoorClient;
import io.polyhub.conformance.DoorKind;
import io.polyhub.conformance.Doors;
import io.polyhub.conformance.Feed;
import io.polyhub.conformance.Wish;
import java.util.random.RandomGenerator;

/** A member of one channel, who does nothing but be there, and comes back as somebody new. */
final class Attendant extends Comeback {

  static final String CHANNEL = "room/all";

  private static final long LOOK_EVERY_MILLIS = 15;

  private volatile String session = "";

  Attendant(DoorKind kind, Doors doors, RandomGenerator random) {
    super(kind, doors, random);
  }

  /** The session by which it is there; empty while it is not. */
  String session() {
    return session;
  }

  @Override
  void live(DoorClient client) throws InterruptedException {
    Feed feed = client.subscribe(Wish.of(CHANNEL));
    session = client.session();
    try {
      while (!isOver() && !client.closed().isDone() && !feed.hasEnded()) {
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    } finally {
      session = "";
    }
  }
}
