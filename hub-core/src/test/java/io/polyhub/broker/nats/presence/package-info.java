/** Tests of presence of the NATS broker. */
@NullMarked
package io.polyhub.broker.nats.presence;

import org.jspecify.annotations.NullMarked;
