package io.polyhub.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Leave to subscribe to one channel, from a token for that channel.
 *
 * @param channel the channel
 * @param expiresAt when the leave ends, or null for never
 * @param info opaque bytes about the subscriber on this channel (JSON), or null
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record ChannelPass(String channel, @Nullable Instant expiresAt, byte @Nullable [] info) {

  // Spelled out, because javac leaves an implicit constructor's array annotations out of the class
  // file.
  public ChannelPass(String channel, @Nullable Instant expiresAt, byte @Nullable [] info) {
    this.channel = channel;
    this.expiresAt = expiresAt;
    this.info = info;
  }
}
