package io.polyhub.broker;

import io.polyhub.channel.Position;

/** What became of an append. */
public sealed interface Appended {

  /**
   * It has its place in a log, as durable as its rule promises.
   *
   * @param position its place, or the earlier one's
   * @param duplicate whether its idempotency key was known, so that the earlier one stands
   */
  record Stored(Position position, boolean duplicate) implements Appended {}

  /** It was handed to who listens; the channel keeps no history. */
  record Carried(boolean duplicate) implements Appended {}

  /** It could not be stored now; it may or may not appear later. */
  record Unavailable() implements Appended {}
}
