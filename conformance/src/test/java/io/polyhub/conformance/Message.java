package io.polyhub.conformance;

import com.google.protobuf.ByteString;
import io.polyhub.channel.Header;
import java.util.List;

/**
 * A message as clients of every kind see it. What was not given is empty.
 *
 * @param channel where it is published
 * @param payload the bytes
 * @param contentType the media type
 * @param headers names and values, in order
 * @param replyTo the channel for answers
 * @param correlationId what answers carry
 */
public record Message(
    String channel,
    ByteString payload,
    String contentType,
    List<Header> headers,
    String replyTo,
    ByteString correlationId) {

  public Message {
    headers = List.copyOf(headers);
  }

  /** A payload and nothing else. */
  public static Message of(String channel, ByteString payload) {
    return new Message(channel, payload, "", List.of(), "", ByteString.EMPTY);
  }

  /** A text, and nothing else; JSON where it is JSON. */
  public static Message of(String channel, String text) {
    return of(channel, ByteString.copyFromUtf8(text));
  }

  /** The payload as text. */
  public String text() {
    return payload.toStringUtf8();
  }
}
