/**
 * Lanes and the fan-out to them: what the broker brings is handed to each lane that wants it, and
 * in the lane to each {@link io.polyhub.hub.lane.Recipient}. Knows of the hub only its seam, and
 * nothing of sessions. Not for use outside the core.
 */
@NullMarked
package io.polyhub.hub.lane;

import org.jspecify.annotations.NullMarked;
