/**
 * Who reaches the ports: addresses, how much of the node each may take, and what stands between a
 * client and a port. Knows no transport.
 */
@NullMarked
package io.polyhub.net;

import org.jspecify.annotations.NullMarked;
