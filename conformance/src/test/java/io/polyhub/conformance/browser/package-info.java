/** What a real browser may do, and what its pages may not. */
@NullMarked
package io.polyhub.conformance.browser;

import org.jspecify.annotations.NullMarked;
