package io.polyhub.channel;

/** What an acknowledged publication on a channel is promised. */
public enum Guarantee {
  /** Delivered to who listens now, or lost. Touches no disk. */
  AT_MOST_ONCE,
  /** Stored before it is acknowledged; survives the end of the process; readable from a cursor. */
  AT_LEAST_ONCE
}
