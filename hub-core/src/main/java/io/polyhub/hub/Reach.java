package io.polyhub.hub;

import io.polyhub.channel.ChannelName;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reaches sessions wherever they are, on all nodes and doors: for operators and backends, who are
 * trusted. Safe for any thread. Stages complete within seconds, never exceptionally, on a thread
 * that is not to be held.
 */
public interface Reach {

  /**
   * The most actions on {@link Target.All}, {@link Target.Door} and {@link Target.SubscribersOf}
   * that a node works on at one time; more are refused with {@link Refusal#RATE_LIMITED}.
   */
  int MAX_BROAD = 4;

  /** The largest message to a session, in bytes. */
  int MAX_MESSAGE_BYTES = 64 * 1024;

  /** How long a client that was asked for new credentials has to show them. */
  Duration REFRESH_LIMIT = Duration.ofSeconds(30);

  /** Which sessions are meant. */
  sealed interface Target {

    /**
     * All sessions of a user.
     *
     * @param name not empty: anonymous sessions have no user in common
     */
    record User(String name) implements Target {
      public User {
        if (name.isEmpty()) {
          throw new IllegalArgumentException("name: empty (expected: a user)");
        }
      }
    }

    /** One session, by its id; none if there is no such session. */
    record OneSession(String id) implements Target {}

    /** Every session there is. */
    record All() implements Target {}

    /**
     * All sessions that came by a door.
     *
     * @param name as {@link Hello#door} has it
     */
    record Door(String name) implements Target {}

    /**
     * All sessions with a subscription that receives what is published on a channel: to the
     * channel, by a filter with wildcards, or sharing.
     *
     * @param channel a channel's name
     */
    record SubscribersOf(String channel) implements Target {
      public SubscribersOf {
        if (!ChannelName.isValid(channel)) {
          throw new IllegalArgumentException("channel: not valid (expected: a channel's name)");
        }
      }
    }
  }

  /**
   * What became of the sessions that were meant.
   *
   * @param ended how many were closed
   * @param asked how many were asked for new credentials
   * @param sent how many were sent the message
   * @param busy how many could not take the message just now
   * @param notPossible how many speak a protocol that has no such messages
   * @param everywhere whether every node that is alive has done its part; if not, sessions of some
   *     may have been missed, or are still being worked on and not counted
   */
  record Reached(int ended, int asked, int sent, int busy, int notPossible, boolean everywhere) {

    /** How many sessions were found. */
    public int found() {
      return ended + asked + sent + busy + notPossible;
    }
  }

  /**
   * Closes sessions.
   *
   * @param comeBack whether the clients are invited to come back ({@link CloseReason#DISCONNECTED})
   *     or not ({@link CloseReason#REVOKED})
   */
  CompletionStage<Outcome<Reached>> disconnect(Target target, boolean comeBack);

  /**
   * Revokes a user's credentials that were issued before an instant, or do not say when they were.
   * Kept durably: nobody is admitted with them any more, and no session refreshed, on any node,
   * until {@link #restore}. Sessions that were admitted with them are closed with {@link
   * CloseReason#REVOKED}. Refused with {@link Refusal#BROKER_UNAVAILABLE} if it could not be kept,
   * and with {@link Refusal#LIMIT_EXCEEDED} if too many users are revoked.
   *
   * @param issuedBefore null for now. Tokens tell the second of their issue, so one that is issued
   *     in the second of a revocation is revoked too.
   */
  CompletionStage<Outcome<Reached>> revoke(String user, @Nullable Instant issuedBefore);

  /** Undoes {@link #revoke} for the time to come. */
  CompletionStage<Outcome<Reached>> restore(String user);

  /**
   * Wants new credentials. Where the protocol can say so the client is asked, and closed with
   * {@link CloseReason#CREDENTIALS_EXPIRED} if it shows none within {@link #REFRESH_LIMIT};
   * elsewhere it is closed so at once, which invites it to come back.
   */
  CompletionStage<Outcome<Reached>> refresh(Target target);

  /**
   * Sends a message past all channels, at most once.
   *
   * @param payload at most {@link #MAX_MESSAGE_BYTES}, else refused with {@link Refusal#TOO_LARGE}
   */
  CompletionStage<Outcome<Reached>> message(Target target, byte[] payload);
}
