/**
 * HTTP for whatever is spoken over it: the listener, its edge, replies, CORS, what clients accept,
 * and bodies that stay open. The edge stands between the sockets and the web server behind, so that
 * nothing but strict HTTP within bounds gets there.
 */
@NullMarked
package io.polyhub.http;

import org.jspecify.annotations.NullMarked;
