/**
 * The nodes that share a NATS: who is alive, and questions and notices between them, by core NATS
 * alone. Uses {@code link} alone.
 *
 * <p>Threads: liveness is judged and listeners are called on one thread, {@code nats-nodes};
 * services are called on the connection's thread that takes messages, and must not hold it.
 */
@NullMarked
package io.polyhub.broker.nats.nodes;

import org.jspecify.annotations.NullMarked;
