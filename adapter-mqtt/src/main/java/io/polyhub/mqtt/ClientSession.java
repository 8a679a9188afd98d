package io.polyhub.mqtt;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session that outlives its connections, as the door knows it. Its fields are guarded by its own
 * lock, which is held for moments only; {@link #data} may be touched by the owner's lane alone.
 */
final class ClientSession {

  final String key;

  /** The connection that the session is in use by, or null while the client is away. */
  @Nullable MqttConnection owner;

  /** The state; null if it lies in the store alone. */
  @Nullable SessionData data;

  long expirySeconds;
  long detachedAtMillis;

  /** Bytes of publications kept for the client while it is away. */
  long keptBytes;

  /** What is to be published unless the client comes back in time. */
  @Nullable StoredWill will;

  /** Completes when the owner lets go; made by whoever waits first. */
  @Nullable CompletableFuture<Void> letGo;

  /** Whether it is no longer registered. */
  boolean gone;

  ClientSession(String key) {
    this.key = key;
  }
}
