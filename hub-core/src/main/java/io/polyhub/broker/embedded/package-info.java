/**
 * The broker of a single node: a durable log on RocksDB for channels that promise at-least-once, a
 * log in memory for the others, and presence, last values and records beside them.
 */
@NullMarked
package io.polyhub.broker.embedded;

import org.jspecify.annotations.NullMarked;
