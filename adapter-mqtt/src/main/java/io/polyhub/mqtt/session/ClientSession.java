package io.polyhub.mqtt.session;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session that outlives its connections, as the door knows it. Its fields are guarded by its own
 * lock, which is held for moments only; {@link #data} may be touched by the owner's lane alone.
 */
public final class ClientSession {

  final String key;

  /** The connection that the session is in use by, or null while the client is away. */
  @Nullable SessionOwner owner;

  /** The state; null if it is in the store alone. */
  @Nullable SessionData data;

  long expirySeconds;
  long detachedAtMillis;

  /** Bytes of publications kept for the client while it is away. */
  long keptBytes;

  /** What is to be published unless the client comes back in time. */
  @Nullable StoredWill will;

  /** Whether it is no longer registered. */
  boolean gone;

  /** Completes when the owner has given the session back; made for the first that waits. */
  private @Nullable CompletableFuture<Void> givenBack;

  ClientSession(String key) {
    this.key = key;
  }

  /** Ends the owner's connection, under the lock. The future completes once there is no owner. */
  CompletableFuture<Void> endOwner() {
    CompletableFuture<Void> free = givenBack;
    if (free == null) {
      free = new CompletableFuture<>();
      givenBack = free;
    }
    if (owner != null) {
      owner.takenOver();
    }
    return free;
  }

  /** The owner has no more to do with the session. Takes the lock; what waited goes on outside. */
  void giveBack(SessionOwner by) {
    CompletableFuture<Void> waiting = null;
    synchronized (this) {
      if (by.equals(owner)) {
        owner = null;
        waiting = givenBack;
        givenBack = null;
      }
    }
    if (waiting != null) {
      waiting.complete(null);
    }
  }

  /** Whether the client's time away is over by then; under the lock. */
  boolean isOverAt(long millis) {
    return millis >= detachedAtMillis + expirySeconds * 1000;
  }
}
