package io.polyhub.mqtt.session;

import java.time.Duration;

/**
 * How long wills wait.
 *
 * @param willDelayMax the longest will delay
 * @param willGrace how long the will of a client at least waits whose connection this server ends
 *     because it goes down; 0 for not at all
 */
public record WillLimits(Duration willDelayMax, Duration willGrace) {

  /** A day, and time enough to come back after a restart. */
  public static final WillLimits STANDARD =
      new WillLimits(Duration.ofDays(1), Duration.ofSeconds(30));

  public WillLimits {
    Bounds.check("willDelayMax", willDelayMax.toSeconds(), 0, 0xFFFF_FFFFL);
    Bounds.check("willGrace", willGrace.toSeconds(), 0, 3600);
  }
}
