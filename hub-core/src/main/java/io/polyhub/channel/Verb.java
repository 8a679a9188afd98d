package io.polyhub.channel;

/** What an identity may do on a channel. */
public enum Verb {
  PUBLISH,
  SUBSCRIBE,
  HISTORY,
  PRESENCE
}
