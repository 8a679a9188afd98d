/**
 * The broker that many nodes share: NATS carries publications between them, and JetStream streams
 * keep those of channels with history. Here are only the broker itself, which puts its parts
 * together, its configuration, and the preview of what it would do to streams; the parts may use
 * each other in one direction:
 *
 * <pre>
 * link &lt;- stream &lt;- append, live, read, presence &lt;- values &lt;- NatsBroker
 * link &lt;- nodes
 * </pre>
 */
@NullMarked
package io.polyhub.broker.nats;

import org.jspecify.annotations.NullMarked;
