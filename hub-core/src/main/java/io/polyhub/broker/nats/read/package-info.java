/**
 * Reading history, from memory or from streams, shared between all who read the same. Uses {@code
 * link} and {@code stream}; what is still to come by the live feed it learns by an interface of its
 * own.
 *
 * <p>Threads: callers are never held. A bounded number of reads goes on at a time, each on a
 * virtual thread that may block.
 */
@NullMarked
package io.polyhub.broker.nats.read;

import org.jspecify.annotations.NullMarked;
