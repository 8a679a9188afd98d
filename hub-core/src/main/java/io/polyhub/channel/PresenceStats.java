package io.polyhub.channel;

/** How many sessions are subscribed to a channel, and how many different users they act for. */
public record PresenceStats(int sessions, int users) {}
