/**
 * The JetStream streams that keep logs, last values and records: what they should be like, making
 * and watching them, getting and putting single messages, and the part of the logs that this node
 * holds in memory. Uses {@code link} alone.
 *
 * <p>Threads: streams are watched by one thread, {@code nats-streams}, and looked at by virtual
 * threads; all else is safe for any thread, and only what says so blocks.
 */
@NullMarked
package io.polyhub.broker.nats.stream;

import org.jspecify.annotations.NullMarked;
