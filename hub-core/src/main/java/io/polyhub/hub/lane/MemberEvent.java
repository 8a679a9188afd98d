package io.polyhub.hub.lane;

import io.polyhub.channel.Member;

/** A member came to a channel, or left it. */
public record MemberEvent(String channel, Member member, boolean joined) {}
