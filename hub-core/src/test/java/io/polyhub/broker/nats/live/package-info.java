/** Tests of live of the NATS broker. */
@NullMarked
package io.polyhub.broker.nats.live;

import org.jspecify.annotations.NullMarked;
