package io.polyhub.hub;

import io.polyhub.channel.Member;

/** A member came to a channel, or left it. */
record MemberEvent(String channel, Member member, boolean joined) {}
