/**
 * The edge of every HTTP listener: what stands between its sockets and the web server behind, so
 * that nothing but strict HTTP within bounds gets there.
 */
@NullMarked
package io.polyhub.http;

import org.jspecify.annotations.NullMarked;
