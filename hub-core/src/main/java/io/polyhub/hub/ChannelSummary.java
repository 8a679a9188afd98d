package io.polyhub.hub;

/**
 * A channel that has subscribers.
 *
 * @param name its name
 * @param subscribers how many subscriptions name it, without those by wildcards
 */
public record ChannelSummary(String name, int subscribers) {}
