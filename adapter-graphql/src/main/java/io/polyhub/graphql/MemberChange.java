package io.polyhub.graphql;

import io.polyhub.channel.Member;

/** A member came to a channel or left it, as the schema's type {@code PresenceEvent} shows it. */
record MemberChange(String channel, Change change, Member member) {

  /** What happened. */
  enum Change {
    JOINED,
    LEFT
  }
}
