/** Tests of nodes of the NATS broker. */
@NullMarked
package io.polyhub.broker.nats.nodes;

import org.jspecify.annotations.NullMarked;
