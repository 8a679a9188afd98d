/** The contract suite that every broker passes. */
@NullMarked
package io.polyhub.broker;

import org.jspecify.annotations.NullMarked;
