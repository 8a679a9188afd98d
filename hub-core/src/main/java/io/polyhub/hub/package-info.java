/**
 * The client seam: what an adapter knows of the hub. A message's way can be read from the names:
 * {@code Session.publish} → {@code Broker.append} → {@code FanOut} → {@code Lane} → {@code
 * Downlink.deliver}.
 *
 * <p>Nothing here knows how it is done; that is in the packages below, of which each knows this one
 * and those to its right: {@code session} → {@code share} → {@code lane}, and {@code session} →
 * {@code nodes}.
 */
@NullMarked
package io.polyhub.hub;

import org.jspecify.annotations.NullMarked;
