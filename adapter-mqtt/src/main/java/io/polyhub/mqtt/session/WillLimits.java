package io.polyhub.mqtt.session;

import java.time.Duration;

/**
 * How long wills wait.
 *
 * @param willDelayMax the longest will delay
 * @param willGrace how long the will of a client at least waits whose connection this server ends
 *     because it goes down; 0 for not at all
 */
public record WillLimits(Duration willDelayMax, Duration willGrace) {}
