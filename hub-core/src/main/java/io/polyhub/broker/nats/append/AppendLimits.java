package io.polyhub.broker.nats.append;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;

import java.time.Duration;

/**
 * The bounds of what a node publishes.
 *
 * @param inFlight the most publications of each log that wait for NATS to have stored them
 * @param queued the most publications of each log that wait for their turn to be sent; more are
 *     refused
 * @param timeout how long a publication waits to be stored before it is refused
 * @param keys the most idempotency keys of channels without history
 */
public record AppendLimits(int inFlight, int queued, Duration timeout, int keys) {

  public static final AppendLimits STANDARD =
      new AppendLimits(4_096, 65_536, Duration.ofSeconds(5), 500_000);

  public AppendLimits {
    positive("inFlightAppends", inFlight);
    positive("queuedAppends", queued);
    positive("appendTimeout", timeout);
    positive("keys", keys);
  }

  public AppendLimits withInFlight(int inFlight, int queued, Duration timeout) {
    return new AppendLimits(inFlight, queued, timeout, keys);
  }
}
