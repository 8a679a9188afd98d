/** Processes: how they are started, what they cost, and that none is left behind. */
@NullMarked
package io.polyhub.bench.process;

import org.jspecify.annotations.NullMarked;
