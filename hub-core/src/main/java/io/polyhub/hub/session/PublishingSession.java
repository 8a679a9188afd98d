package io.polyhub.hub.session;

import io.polyhub.hub.Session;
import io.polyhub.net.RateLimit;
import org.jspecify.annotations.Nullable;

/** A session with what bounds its publishing. Confined to its lane. */
interface PublishingSession extends Session {

  /** So many more of its publications wait to be acknowledged. */
  void inFlight(int change);

  /**
   * The session's own publish rate.
   *
   * @param nowNanos the time now, from which the rate counts if it is new
   */
  RateLimit publishRate(long nowNanos);

  /** The user's state that its sessions on this node share; null for an anonymous one. */
  @Nullable User user();
}
