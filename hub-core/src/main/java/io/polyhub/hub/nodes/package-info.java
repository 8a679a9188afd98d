/**
 * What the nodes of a hub agree on: who holds an exclusive key, whose credentials are revoked, and
 * what operators do to sessions wherever they are. Sees the sessions of this node as {@link
 * io.polyhub.hub.nodes.NodeSession}. Not for use outside the core.
 */
@NullMarked
package io.polyhub.hub.nodes;

import org.jspecify.annotations.NullMarked;
