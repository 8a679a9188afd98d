/**
 * What streams keep one message of for each subject: last values of channels, and records. Uses
 * {@code link}, {@code stream}, {@code append} and {@code read}, and other nodes by the seam {@link
 * io.polyhub.broker.Nodes} alone.
 *
 * <p>Threads: nothing here blocks its caller; searches run on virtual threads.
 */
@NullMarked
package io.polyhub.broker.nats.values;

import org.jspecify.annotations.NullMarked;
