/**
 * What this node receives: the subscriptions that it holds, the order and the completeness of what
 * comes over them, and the audit of what may have been lost on the way. Uses {@code link} and
 * {@code stream}.
 *
 * <p>Threads: messages come on the connection's threads; all that is delivered of logs is delivered
 * under the feed's own lock. Subscriptions are made by one thread, {@code nats-interest}, and the
 * audit is another, {@code nats-audit}.
 */
@NullMarked
package io.polyhub.broker.nats.live;

import org.jspecify.annotations.NullMarked;
