/** What micro benchmarks have in common; they themselves lie in the packages that they measure. */
@NullMarked
package io.polyhub.micro;

import org.jspecify.annotations.NullMarked;
