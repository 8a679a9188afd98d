/** What survives the sudden death of servers, of NATS, and of the links between them. */
@NullMarked
package io.polyhub.conformance.faults;

import org.jspecify.annotations.NullMarked;
