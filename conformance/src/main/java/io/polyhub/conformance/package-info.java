/** Tests that cross all doors. */
@NullMarked
package io.polyhub.conformance;

import org.jspecify.annotations.NullMarked;
