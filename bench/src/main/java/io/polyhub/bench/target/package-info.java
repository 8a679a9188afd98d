/**
 * What is measured: the hub, and the servers that it is compared with, each in its own processes.
 */
@NullMarked
package io.polyhub.bench.target;

import org.jspecify.annotations.NullMarked;
