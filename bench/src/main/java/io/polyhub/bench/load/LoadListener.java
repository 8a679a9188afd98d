package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;

/** What load clients tell. Called on the client's thread, which it must not block. */
public interface LoadListener {

  /** Hears nothing. */
  LoadListener DEAF = new LoadListener() {};

  /** The client is connected, and its subscriptions are in force. Comes at most once. */
  default void ready(LoadClient client) {}

  /**
   * The client received a publication.
   *
   * @param message what carries it, with the payload somewhere in it; valid during the call
   */
  default void message(LoadClient client, ByteBuf message) {}

  /** Another member came to a channel that the client watches. */
  default void joined(LoadClient client) {}

  /** Another member left a channel that the client watches. */
  default void left(LoadClient client) {}

  /**
   * The client was to go on where it had been, and was told that it cannot. Comes before it is
   * ready, or in place of it.
   */
  default void unrecovered(LoadClient client) {}

  /** The publication with this number, which the client chose, was acknowledged. */
  default void acknowledged(LoadClient client, long number) {}

  /**
   * The server says goodbye, which a connection that just ends does without.
   *
   * @param code the WebSocket close code, or MQTT's reason code
   */
  default void goodbye(LoadClient client, int code) {}

  /** The client's connection ended, or could not be made. It comes once, as the last. */
  default void closed(LoadClient client) {}
}
