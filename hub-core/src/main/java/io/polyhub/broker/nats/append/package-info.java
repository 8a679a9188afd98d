/**
 * Publishing: ordered appends to logs, many in flight at a time, and publications of channels
 * without history, sent at most once. Uses {@code link} and {@code stream}; knows nothing of what
 * is read or received.
 *
 * <p>Threads: callers are never held. All is sent by one thread, which the broker gives and which
 * NATS may hold for a while; a tick of the broker gives up what waited too long.
 */
@NullMarked
package io.polyhub.broker.nats.append;

import org.jspecify.annotations.NullMarked;
