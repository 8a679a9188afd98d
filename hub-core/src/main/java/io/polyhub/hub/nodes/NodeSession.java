package io.polyhub.hub.nodes;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Session;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A session of this node, as far as operators and other nodes act on it. Confined to its lane, but
 * for its door, user name and exclusive key, which stay the same.
 */
public interface NodeSession extends Session {

  /** By which door it came. */
  String door();

  /** The user; empty for an anonymous one. */
  String userName();

  /** The exclusive key, scoped to its user and door; null if it has none. */
  @Nullable String exclusiveKey();

  /** Whether one of its subscriptions is for what is published on the channel. */
  boolean receives(String channel);

  /** Closes the session and tells the client. */
  void closeByHub(CloseReason reason);

  /**
   * Wants new credentials: the client is asked, and has until that instant; where it cannot be
   * asked the session is closed. Tells whether it was asked.
   */
  boolean wantCredentials(Instant until);

  /** Sends a message past all channels. */
  Downlink.Direct message(byte[] payload);

  /** Completes when the session has closed and holds nothing any more. */
  CompletionStage<Void> ended();
}
