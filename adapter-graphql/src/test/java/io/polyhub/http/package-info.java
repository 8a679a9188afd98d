/** Tests of the edge. */
@NullMarked
package io.polyhub.http;

import org.jspecify.annotations.NullMarked;
