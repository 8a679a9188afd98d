/**
 * The client seam: what an adapter knows of the hub. A message's way can be read from the names:
 * {@code Session.publish} → {@code Broker.append} → {@code FanOut} → {@code Lane} → {@code
 * Downlink.deliver}.
 */
@NullMarked
package io.polyhub.hub;

import org.jspecify.annotations.NullMarked;
