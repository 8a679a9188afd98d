/**
 * The connection to NATS, which comes back by itself: how to connect, who this node is, what the
 * connected server can do and take, and how channels, rules and nodes are named there. The bottom
 * of this broker: it uses none of its other packages, and knows neither logs nor nodes.
 *
 * <p>Threads: listeners are called on one thread of the link's own, {@code nats-link}; connecting
 * happens on virtual threads. Answers to requests complete on threads of the client library, which
 * must not be held.
 */
@NullMarked
package io.polyhub.broker.nats.link;

import org.jspecify.annotations.NullMarked;
