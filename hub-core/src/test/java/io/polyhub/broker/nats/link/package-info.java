/** Tests of link of the NATS broker. */
@NullMarked
package io.polyhub.broker.nats.link;

import org.jspecify.annotations.NullMarked;
