package io.polyhub.broker.nats.stream;

/**
 * One thing that would be done to NATS, or refused.
 *
 * @param text in words for the operator, beginning with the stream's name if it is about one
 * @param refused whether the node would not become ready, and leave the stream as it is
 */
public record PlannedStep(String text, boolean refused) {}
