/** Who a client is, and what it may do. */
@NullMarked
package io.polyhub.identity;

import org.jspecify.annotations.NullMarked;
