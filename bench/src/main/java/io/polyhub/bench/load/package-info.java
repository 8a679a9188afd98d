/**
 * The load: thousands of cheap clients of every protocol, in processes of their own, and what they
 * saw.
 */
@NullMarked
package io.polyhub.bench.load;

import org.jspecify.annotations.NullMarked;
