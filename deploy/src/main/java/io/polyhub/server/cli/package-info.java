/**
 * The command line: the commands, what they print, and the process that {@code serve} runs in, with
 * its signals and logs. Nothing knows this package.
 */
@NullMarked
package io.polyhub.server.cli;

import org.jspecify.annotations.NullMarked;
