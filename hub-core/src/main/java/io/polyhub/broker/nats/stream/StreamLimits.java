package io.polyhub.broker.nats.stream;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;

import java.time.Duration;

/**
 * The bounds of what a node does with streams.
 *
 * @param poll how often the state of each stream is asked for
 * @param keyWindow how long idempotency keys are known
 */
public record StreamLimits(Duration poll, Duration keyWindow) {

  public static final StreamLimits STANDARD =
      new StreamLimits(Duration.ofSeconds(2), Duration.ofMinutes(2));

  public StreamLimits {
    positive("streamPoll", poll);
    positive("keyWindow", keyWindow);
  }

  public StreamLimits withPoll(Duration other) {
    return new StreamLimits(other, keyWindow);
  }

  public StreamLimits withKeyWindow(Duration other) {
    return new StreamLimits(poll, other);
  }
}
