/**
 * Subscriptions that share: what one filter matches is dealt out among them, over all nodes. Stands
 * on the hub's seam and on lanes; sees subscriptions and the sessions that read for it by
 * interfaces of its own. Not for use outside the core.
 */
@NullMarked
package io.polyhub.hub.share;

import org.jspecify.annotations.NullMarked;
