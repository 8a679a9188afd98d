package io.polyhub.mqtt.connection;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to the operator clients that were cut off because they sent too much. A client of 3.1.1
 * hears no reason, comes back and sends the same for ever, so it is logged which client that is and
 * which setting it meets; no more often than every ten seconds, whichever clients they are.
 * Thread-safe.
 */
final class TooLargePackets {

  /** How often it is logged at most. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  private static final int TEXT_MAX = 64;
  private static final Logger log = LoggerFactory.getLogger(TooLargePackets.class);

  private final Counter counter;
  private final InstantSource clock;
  private Instant next = Instant.MIN;
  private long unsaid;

  TooLargePackets(Counter counter, InstantSource clock) {
    this.counter = counter;
    this.clock = clock;
  }

  /**
   * One more.
   *
   * @param user who sent it, or empty
   * @param clientId the client identifier, or empty
   * @param key the setting that it met
   */
  void add(String user, String clientId, String key) {
    counter.increment();
    long before;
    synchronized (this) {
      Instant now = clock.instant();
      if (now.isBefore(next)) {
        unsaid++;
        return;
      }
      next = now.plus(PAUSE);
      before = unsaid;
      unsaid = 0;
    }
    log.warn(
        "An MQTT client (user '{}', identifier '{}') was cut off: it sent more than {} allows;"
            + " {} others since this was last said",
        printable(user),
        printable(clientId),
        key,
        before);
  }

  /** What a client says of itself may not end a line of the log, nor fill it. */
  private static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .limit(TEXT_MAX)
        .forEach(c -> printable.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return printable.toString();
  }
}
