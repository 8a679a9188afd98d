package io.polyhub.broker.nats.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Waits between tries, longer each time up to a bound, drawn by chance. Thread-safe. */
final class Backoff {

  private final long firstMillis;
  private final long mostMillis;
  private final RandomGenerator chance;

  Backoff(Duration first, Duration most, RandomGenerator chance) {
    firstMillis = Math.max(1, first.toMillis());
    mostMillis = Math.max(firstMillis, most.toMillis());
    this.chance = chance;
  }

  /** The wait after so many tries, in the upper half of what has doubled with each. */
  Duration wait(int tries) {
    long bound = firstMillis << Math.min(Math.max(tries, 0), 20);
    long most = Math.min(mostMillis, bound);
    synchronized (chance) {
      return Duration.ofMillis(most - chance.nextLong(most / 2 + 1));
    }
  }
}
