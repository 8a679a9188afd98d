package io.polyhub.hub;

/**
 * A channel that has subscribers or keeps a last value.
 *
 * @param name its name
 * @param subscribers how many subscriptions name it, without those by wildcards; 0 for one that
 *     only keeps a last value
 */
public record ChannelSummary(String name, int subscribers) {}
