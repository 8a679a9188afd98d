/**
 * The hub on one node: {@link io.polyhub.hub.session.HubNode} puts it together, and its sessions
 * admit, publish, subscribe and deliver. Stands on {@code hub.lane}, {@code hub.share} and {@code
 * hub.nodes}, which know nothing of it. But for {@code HubNode} not for use outside the core.
 */
@NullMarked
package io.polyhub.hub.session;

import org.jspecify.annotations.NullMarked;
