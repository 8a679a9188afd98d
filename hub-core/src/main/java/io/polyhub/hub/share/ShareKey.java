package io.polyhub.hub.share;

import io.polyhub.channel.ChannelFilter;

/** What makes subscriptions share: the same name and the same filter. */
record ShareKey(String name, ChannelFilter filter) {}
