package io.polyhub.broker.nats.link;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;
import static io.polyhub.broker.nats.link.ConfigChecks.require;

import java.time.Duration;

/**
 * How a lost connection comes back.
 *
 * @param firstWait the time between two tries, at first
 * @param maxWait the longest time between two tries; each is drawn by chance from its upper half
 * @param timeout how long one try may take
 * @param ping how often the connection is probed; two probes without an answer end it
 */
public record Reconnect(Duration firstWait, Duration maxWait, Duration timeout, Duration ping) {

  public static final Reconnect STANDARD =
      new Reconnect(
          Duration.ofMillis(250),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(2));

  public Reconnect {
    positive("firstWait", firstWait);
    require(maxWait.compareTo(firstWait) >= 0, "maxWait", maxWait, "firstWait or more");
    positive("timeout", timeout);
    positive("ping", ping);
  }
}
