/** Clients that do not read. */
@NullMarked
package io.polyhub.conformance.slow;

import org.jspecify.annotations.NullMarked;
