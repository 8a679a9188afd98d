package io.polyhub.bench.load;

import java.io.Serializable;
import java.time.Duration;

/** What a generator is told to do. */
sealed interface Order extends Serializable {

  /** Open a fleet, and wait until all of its clients are ready. */
  record Open(String fleet, ClientSpec spec, int port, int first, int count) implements Order {}

  /** End all connections of a fleet at once, with resets. */
  record Cut(String fleet) implements Order {}

  /** Have the clients of a fleet that was cut come back, each to go on where it was. */
  record ComeBack(String fleet, int port) implements Order {}

  /** Have clients of a fleet stop to read from their sockets, or read again. */
  record Reading(String fleet, boolean on) implements Order {}

  /** End a fleet and forget it. */
  record Close(String fleet) implements Order {}

  /** Begin to publish; the answer comes at once. */
  record Publish(String fleet, String channel, int payloadBytes, Pace pace, long limit)
      implements Order {}

  /** Publish no more. */
  record Halt() implements Order {}

  /** Tell what was seen. */
  record Look(boolean resetLatencies) implements Order {}

  /** What came of an order. */
  sealed interface Answer extends Serializable {}

  /** It was done, and took so long. */
  record Done(Duration took) implements Answer {}

  /** It could not be done. */
  record Failed(String why) implements Answer {}

  /** What was seen. */
  record Seen(Sight sight) implements Answer {}
}
