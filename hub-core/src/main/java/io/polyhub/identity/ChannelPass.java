package io.polyhub.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Leave to subscribe to one channel, from a token for that channel.
 *
 * @param channel the channel
 * @param expiresAt when the leave ends, or null for never
 * @param info opaque bytes about the subscriber on this channel (JSON), or null
 * @param issuedAt when the token was issued, or null if it does not say
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record ChannelPass(
    String channel,
    @Nullable Instant expiresAt,
    byte @Nullable [] info,
    @Nullable Instant issuedAt) {

  // Spelled out, because javac leaves an implicit constructor's array annotations out of the class
  // file.
  public ChannelPass(
      String channel,
      @Nullable Instant expiresAt,
      byte @Nullable [] info,
      @Nullable Instant issuedAt) {
    this.channel = channel;
    this.expiresAt = expiresAt;
    this.info = info;
    this.issuedAt = issuedAt;
  }

  /** A pass by a token that does not say when it was issued. */
  public ChannelPass(String channel, @Nullable Instant expiresAt, byte @Nullable [] info) {
    this(channel, expiresAt, info, null);
  }
}
