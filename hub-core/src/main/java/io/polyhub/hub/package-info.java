/** The hub: sessions, lanes and fan-out, and the client seam through which adapters reach them. */
@NullMarked
package io.polyhub.hub;

import org.jspecify.annotations.NullMarked;
