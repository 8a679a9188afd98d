package io.polyhub.conformance;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A client of any kind, connected over a real socket. Messages of one client are published in the
 * order of the calls. What its {@linkplain DoorKind kind} {@linkplain DoorKind#has has} no way for
 * throws {@link UnsupportedOperationException}.
 */
public interface DoorClient extends AutoCloseable {

  DoorKind kind();

  /**
   * Publishes. The future holds the message's cursor, or nothing where the kind does not tell; or
   * it fails with {@link Refused}. Where the kind has no acknowledgement it is complete at once.
   */
  CompletableFuture<String> publish(Message message);

  /**
   * Publishes as {@link #publish(Message)} does; with the same key again, it counts once.
   *
   * @param key names the message
   */
  default CompletableFuture<String> publish(Message message, String key) {
    throw new UnsupportedOperationException(kind() + " has no keys");
  }

  /** The name that others see of this client's session. */
  default String session() {
    throw new UnsupportedOperationException(kind() + " does not know its session");
  }

  /**
   * Subscribes and waits for the acknowledgement.
   *
   * @throws Refused if the server refuses
   */
  Feed subscribe(Wish wish);

  /** Ends a subscription and waits until the server has ended it. */
  void unsubscribe(Feed feed);

  /** The payloads that a channel keeps, oldest first. */
  default List<Message> history(String channel, int limit) {
    throw new UnsupportedOperationException(kind() + " has no history");
  }

  /** Who is subscribed to a channel. */
  default List<Present> presence(String channel) {
    throw new UnsupportedOperationException(kind() + " has no presence");
  }

  /** Shows a fresh token within the session, and waits until the server has taken it. */
  default void refresh(String token) {
    throw new UnsupportedOperationException(kind() + " has no refresh");
  }

  /** The code with which the server has ended the session or the transport. */
  CompletableFuture<String> closed();

  /** Says goodbye, where there still is somebody to say it to, and frees everything. */
  @Override
  void close();

  /**
   * A member of a channel.
   *
   * @param door by which it came; empty where the kind does not tell
   */
  record Present(String session, String user, String door) {}
}
