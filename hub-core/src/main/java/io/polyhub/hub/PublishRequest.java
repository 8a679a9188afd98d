package io.polyhub.hub;

import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.channel.Quality;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks to publish.
 *
 * @param channel a channel name, as the client wrote it; the hub checks it
 * @param payload the bytes, handed over
 * @param contentType the media type, or null if the client gave none
 * @param headers names and values that travel along, in order
 * @param replyTo the channel for answers, or null
 * @param correlationId what answers carry, or null
 * @param timeToLive how long it is worth delivering, or null for as long as history keeps it
 * @param retain whether it becomes its channel's last value; with an empty payload it clears it
 * @param quality how hard to carry it
 * @param idempotencyKey if not null: of several publications by one user on one channel with the
 *     same key, within the broker's window, one is kept, and the others are acknowledged with its
 *     cursor
 * @param demanded if not null: refuse with {@link Refusal#GUARANTEE_UNAVAILABLE} rather than accept
 *     with less than this
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record PublishRequest(
    String channel,
    byte[] payload,
    @Nullable String contentType,
    List<Header> headers,
    @Nullable String replyTo,
    byte @Nullable [] correlationId,
    @Nullable Duration timeToLive,
    boolean retain,
    Quality quality,
    @Nullable String idempotencyKey,
    @Nullable Guarantee demanded) {

  /** The longest idempotency key, in characters. */
  public static final int MAX_IDEMPOTENCY_KEY_LENGTH = 256;

  // Spelled out, because javac leaves a compact constructor's array annotations out of the class
  // file.
  public PublishRequest(
      String channel,
      byte[] payload,
      @Nullable String contentType,
      List<Header> headers,
      @Nullable String replyTo,
      byte @Nullable [] correlationId,
      @Nullable Duration timeToLive,
      boolean retain,
      Quality quality,
      @Nullable String idempotencyKey,
      @Nullable Guarantee demanded) {
    this.channel = channel;
    this.payload = payload;
    this.contentType = contentType;
    this.headers = List.copyOf(headers);
    this.replyTo = replyTo;
    this.correlationId = correlationId;
    this.timeToLive = timeToLive;
    this.retain = retain;
    this.quality = quality;
    this.idempotencyKey = idempotencyKey;
    this.demanded = demanded;
  }

  /** Bytes on a channel, and nothing else. */
  public static PublishRequest of(String channel, byte[] payload) {
    return new PublishRequest(
        channel, payload, null, List.of(), null, null, null, false, Quality.ASSURED, null, null);
  }
}
