/** Clients that are suddenly no more. */
@NullMarked
package io.polyhub.conformance.ends;

import org.jspecify.annotations.NullMarked;
