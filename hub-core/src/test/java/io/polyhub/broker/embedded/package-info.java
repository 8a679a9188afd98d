/** The embedded broker against the contract suite, and what it promises beyond. */
@NullMarked
package io.polyhub.broker.embedded;

import org.jspecify.annotations.NullMarked;
