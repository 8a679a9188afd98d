package io.polyhub.grpc;

import org.jspecify.annotations.Nullable;

/**
 * What a client's bytes were.
 *
 * @param message the message, or null if the bytes were none, or too many
 * @param bytes how many there were
 */
record Decoded<T>(@Nullable T message, int bytes) {}
