/** Tests of read of the NATS broker. */
@NullMarked
package io.polyhub.broker.nats.read;

import org.jspecify.annotations.NullMarked;
