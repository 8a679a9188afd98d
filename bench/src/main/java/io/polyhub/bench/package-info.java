/**
 * Load and measurements: the server in a process of its own, thousands of cheap clients against it,
 * and what both cost. Client and server are on this machine; nothing leaves loopback.
 */
@NullMarked
package io.polyhub.bench;

import org.jspecify.annotations.NullMarked;
