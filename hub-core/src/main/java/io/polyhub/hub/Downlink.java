package io.polyhub.hub;

import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;

/**
 * The way from the hub to one client; implemented by an adapter.
 *
 * <p>Every method is called in the session's lane, and never again after {@link #close} or after
 * {@link Session#close} has returned. No method may block or throw. An implementation may call its
 * session from within, except from {@link #deliver}, where it must not unsubscribe or close but may
 * do so with {@link Lane#execute}.
 */
public interface Downlink {

  /** Whether the client's way took a publication. */
  enum Offer {
    /** Taken: the adapter will send it, in order, unless the transport dies. */
    TAKEN,
    /**
     * Not taken: the way is full. The hub keeps the publication, within the outbox's limit and as
     * the rule's overflow policy says, and offers nothing more until {@link Session#ready}.
     */
    BUSY
  }

  /** What became of a message past all channels. */
  enum Direct {
    /** The adapter will send it, unless the transport dies. */
    SENT,
    /** The way is full just now. */
    BUSY,
    /** The protocol has no such messages. */
    NOT_POSSIBLE
  }

  /** From where a publication comes. */
  enum Source {
    /** As it was published. */
    LIVE,
    /** Read from the log, because the subscription began at a cursor or had to catch up. */
    LOG,
    /** The last value of its channel, because a subscription began. */
    LAST_VALUE
  }

  /**
   * Offers a publication on a subscription. Publications of one subscription come in the log's
   * order. After {@link Offer#TAKEN}, {@link Subscription#cursor} is past it.
   *
   * <p>The adapter writes without flushing; {@link #flush} follows at the end of the lane's turn.
   */
  Offer deliver(Subscription subscription, Publication publication, Source source);

  /** A member subscribed to a channel; only on subscriptions that asked. */
  void joined(Subscription subscription, String channel, Member member);

  /** A member left a channel; only on subscriptions that asked. */
  void left(Subscription subscription, String channel, Member member);

  /** The hub has ended the subscription; the session goes on. */
  void unsubscribed(Subscription subscription, UnsubscribeReason reason);

  /**
   * A message from an operator or a backend to this client alone, past all channels. At most once.
   *
   * @param payload at most {@link Reach#MAX_MESSAGE_BYTES}; shared by reference and never changed
   */
  Direct message(byte[] payload);

  /**
   * Asks the client to show new credentials, by {@link Session#refresh}, in the protocol's own
   * words; tells whether it has such words. If not, the hub closes the session with {@link
   * CloseReason#CREDENTIALS_EXPIRED}.
   */
  boolean askForCredentials();

  /** Sends what was written in this turn of the lane. */
  void flush();

  /**
   * The hub has closed the session: say goodbye in the protocol's own words, with the means to
   * resume where it has one, and end the transport. The session is already closed when this is
   * called.
   */
  void close(CloseReason reason);

  /** The way to a client that only waits for the answers to what it asks, and never subscribes. */
  static Downlink none() {
    return new NoDownlink();
  }
}
