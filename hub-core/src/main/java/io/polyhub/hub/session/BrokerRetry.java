package io.polyhub.hub.session;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a session asks again for what the broker could not give: the waits double up to a bound and
 * are drawn by chance, so that the sessions of a node do not ask all at once when the broker is
 * back. Confined to the session's lane.
 */
final class BrokerRetry {

  /** The first wait, at most. */
  static final Duration FIRST_WAIT = Duration.ofMillis(250);

  /** Every wait, at most. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final RandomGenerator chance;
  private final HubMetrics metrics;
  private final Duration patience;
  private @Nullable Instant failingSince;
  private long waitMillis;

  BrokerRetry(RandomGenerator chance, HubMetrics metrics, Duration patience) {
    this.chance = chance;
    this.metrics = metrics;
    this.patience = patience;
  }

  /** It was given. */
  void succeeded() {
    failingSince = null;
  }

  /** It could not be given: returns when to ask again, or null if it was asked for long enough. */
  @Nullable Instant failed(Instant now) {
    metrics.replayRetry();
    Instant since = failingSince;
    if (since == null) {
      since = now;
      failingSince = now;
      waitMillis = FIRST_WAIT.toMillis();
    } else {
      waitMillis = Math.min(LONGEST_WAIT.toMillis(), 2 * waitMillis);
    }
    if (now.isAfter(since.plus(patience))) {
      return null;
    }
    return now.plusMillis(waitMillis - chance.nextLong(waitMillis / 2 + 1));
  }
}
