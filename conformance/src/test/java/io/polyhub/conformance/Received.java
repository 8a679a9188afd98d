package io.polyhub.conformance;

/**
 * A message as it came.
 *
 * @param message what came
 * @param cursor the place after it; empty where the kind or the channel has none
 */
public record Received(Message message, String cursor) {}
