/** What survives the sudden death of the server. */
@NullMarked
package io.polyhub.conformance.crash;

import org.jspecify.annotations.NullMarked;
