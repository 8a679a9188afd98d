/**
 * Who is subscribed to what, over all nodes. Uses {@code link}, {@code stream}, and other nodes by
 * the seam {@link io.polyhub.broker.Nodes} alone.
 *
 * <p>Threads: nothing here blocks its caller. Snapshots are worked on by one thread, {@code
 * nats-presence}; questions of other nodes are answered on virtual threads.
 */
@NullMarked
package io.polyhub.broker.nats.presence;

import org.jspecify.annotations.NullMarked;
