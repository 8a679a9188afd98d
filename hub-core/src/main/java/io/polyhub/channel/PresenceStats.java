package io.polyhub.channel;

/**
 * How many sessions are subscribed to a channel, and how many different users they act for.
 *
 * @param nodesMissing how many live nodes did not answer, whose sessions are not counted; 0 as a
 *     rule
 */
public record PresenceStats(int sessions, int users, int nodesMissing) {

  /** Counted on all nodes. */
  public PresenceStats(int sessions, int users) {
    this(sessions, users, 0);
  }
}
