package io.polyhub.bench.target;

/**
 * What a nats-server counts.
 *
 * @param messagesIn that it has received since its start
 * @param messagesOut that it has sent since its start, one for each receiver
 * @param subscriptions that there are now
 */
public record NatsCounts(long messagesIn, long messagesOut, long subscriptions) {}
