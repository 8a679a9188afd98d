package io.polyhub.hub;

import io.polyhub.identity.Credentials;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a client introduces itself.
 *
 * @param door the protocol it speaks, as presence and metrics name it: {@code websocket}, {@code
 *     graphql}, {@code mqtt}, {@code grpc}, {@code http}
 * @param credentials what it shows
 * @param remoteAddress where it comes from, or null if there is no telling
 * @param exclusiveKey if not null, at most one session with this key exists: an older one is closed
 *     with {@link CloseReason#TAKEN_OVER} before this one is admitted. Scoped by the identity's
 *     user.
 */
public record Hello(
    String door,
    Credentials credentials,
    @Nullable SocketAddress remoteAddress,
    @Nullable String exclusiveKey) {

  /** A client without an exclusive key. */
  public Hello(String door, Credentials credentials, @Nullable SocketAddress remoteAddress) {
    this(door, credentials, remoteAddress, null);
  }
}
