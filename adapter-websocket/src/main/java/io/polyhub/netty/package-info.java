/** How the doors that use Netty take connections in. */
@NullMarked
package io.polyhub.netty;

import org.jspecify.annotations.NullMarked;
