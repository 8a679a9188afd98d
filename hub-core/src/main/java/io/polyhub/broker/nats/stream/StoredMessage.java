package io.polyhub.broker.nats.stream;

import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One message as a stream holds it.
 *
 * @param subject where it was published
 * @param sequence its place in the stream
 * @param data its bytes; shared, never to be changed
 * @param headers its headers, if it has any
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record StoredMessage(
    String subject, long sequence, byte[] data, @Nullable Headers headers) {}
