/**
 * The broker that many nodes share: NATS carries publications between them, and JetStream streams
 * keep those of channels with history.
 */
@NullMarked
package io.polyhub.broker.nats;

import org.jspecify.annotations.NullMarked;
