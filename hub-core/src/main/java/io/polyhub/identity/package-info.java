/** Who a client is and what it may do: identities, grants, and how credentials become them. */
@NullMarked
package io.polyhub.identity;

import org.jspecify.annotations.NullMarked;
