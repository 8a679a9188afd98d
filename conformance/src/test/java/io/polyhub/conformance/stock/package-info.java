/** The clients that users have already, as they install them. */
@NullMarked
package io.polyhub.conformance.stock;

import org.jspecify.annotations.NullMarked;
