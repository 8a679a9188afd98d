/** Tests of stream of the NATS broker. */
@NullMarked
package io.polyhub.broker.nats.stream;

import org.jspecify.annotations.NullMarked;
