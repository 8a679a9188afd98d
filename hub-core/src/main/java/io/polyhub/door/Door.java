package io.polyhub.door;

import io.polyhub.identity.LiveTls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way in for clients, which is open from the moment it exists. The server lists its listeners,
 * keeps it informed of readiness, and takes it down in two steps: {@link #stopAccepting}, then
 * {@link #close}, between which the hub says goodbye to the clients that are left.
 *
 * <p>Thread-safe. Only {@link #stopAccepting} and {@link #close} may block, for a bounded time.
 */
public interface Door extends AutoCloseable {

  /** The section of the configuration that describes it, such as {@code http}. */
  String name();

  /** What it listens on, at least one; the same for good. */
  List<Listener> listeners();

  /** The TLS that it speaks, or null for none. */
  @Nullable LiveTls tls();

  /** Takes no new clients; those that are connected go on. Does nothing the second time. */
  void stopAccepting();

  /**
   * Hears whether the server is ready, for doors whose protocol lets clients ask. A door begins as
   * ready; each change is passed on once.
   */
  default void serving(boolean ready) {}

  /**
   * Stops accepting, ends the connections that are left, and frees everything. The hub and the
   * event loops are still there. Called once.
   */
  @Override
  void close();
}
