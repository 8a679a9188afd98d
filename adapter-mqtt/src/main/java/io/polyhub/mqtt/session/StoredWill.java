package io.polyhub.mqtt.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.polyhub.channel.Header;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Quality;
import io.polyhub.hub.PublishRequest;
import io.polyhub.mqtt.packet.PublishRequests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A will as it is stored while its client is connected, and after that until it is published or
 * void. Immutable.
 *
 * <p>The bytes begin with a version, so that a later release reads what an earlier one wrote.
 *
 * @param node the node that looks after it
 * @param sessionKey names the MQTT session whose return voids a will that waits
 * @param delaySeconds how long it waits after the connection has ended; never longer than the
 *     session is kept
 * @param dueMillis when it is to be published, in milliseconds since 1970; 0 while the connection
 *     is open
 * @param publisher in whose name
 * @param request what to publish, with the key by which it is published once
 */
public record StoredWill(
    String node,
    String sessionKey,
    long delaySeconds,
    long dueMillis,
    Publisher publisher,
    PublishRequest request) {

  private static final int VERSION = 1;

  private static final int HAS_INFO = 1;
  private static final int HAS_CONTENT_TYPE = 2;
  private static final int HAS_REPLY_TO = 4;
  private static final int HAS_CORRELATION_ID = 8;
  private static final int HAS_TIME_TO_LIVE = 16;
  private static final int RETAIN = 32;

  /** Names it among all wills: there is at most one for each session of the hub. */
  public String id() {
    return publisher.session();
  }

  /** The same with another delay. */
  public StoredWill delayed(long seconds) {
    return new StoredWill(node, sessionKey, seconds, dueMillis, publisher, request);
  }

  /** The same, looked after by that node, to be published then. */
  public StoredWill waiting(String newNode, long newDueMillis) {
    return new StoredWill(newNode, sessionKey, delaySeconds, newDueMillis, publisher, request);
  }

  /** The request with a key by which the will of that session is published once, if it has none. */
  public static PublishRequest once(PublishRequest will, String session) {
    String key = will.idempotencyKey();
    return new PublishRequest(
        will.channel(),
        will.payload(),
        will.contentType(),
        will.headers(),
        will.replyTo(),
        will.correlationId(),
        will.timeToLive(),
        will.retain(),
        will.quality(),
        key == null ? "will:" + session : key,
        will.demanded());
  }

  byte[] encode() {
    ByteBuf out = Unpooled.buffer(256 + request.payload().length);
    out.writeByte(VERSION);
    writeText(out, node);
    writeText(out, sessionKey);
    out.writeLong(delaySeconds);
    out.writeLong(dueMillis);
    writeText(out, publisher.user());
    writeText(out, publisher.session());
    Duration timeToLive = request.timeToLive();
    int flags = publisher.info() == null ? 0 : HAS_INFO;
    flags |= request.contentType() == null ? 0 : HAS_CONTENT_TYPE;
    flags |= request.replyTo() == null ? 0 : HAS_REPLY_TO;
    flags |= request.correlationId() == null ? 0 : HAS_CORRELATION_ID;
    flags |= timeToLive == null ? 0 : HAS_TIME_TO_LIVE;
    flags |= request.retain() ? RETAIN : 0;
    out.writeByte(flags);
    out.writeByte(PublishRequests.qos(request.quality()));
    writeBytes(out, publisher.info());
    writeText(out, request.channel());
    writeBytes(out, request.payload());
    writeText(out, request.idempotencyKey());
    writeText(out, request.contentType());
    writeText(out, request.replyTo());
    writeBytes(out, request.correlationId());
    if (timeToLive != null) {
      out.writeLong(timeToLive.toSeconds());
    }
    out.writeShort(request.headers().size());
    for (Header header : request.headers()) {
      writeText(out, header.name());
      writeText(out, header.value());
    }
    return ByteBufUtil.getBytes(out);
  }

  private static void writeText(ByteBuf out, @Nullable String text) {
    writeBytes(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
  }

  private static void writeBytes(ByteBuf out, byte @Nullable [] bytes) {
    if (bytes != null) {
      out.writeInt(bytes.length).writeBytes(bytes);
    }
  }

  /** Reads what {@link #encode} wrote, or nothing if these bytes are no will. */
  static Optional<StoredWill> decode(byte[] bytes) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    try {
      return in.readByte() == VERSION ? Optional.of(read(in)) : Optional.empty();
    } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  private static StoredWill read(ByteBuf in) {
    String node = readText(in);
    String sessionKey = readText(in);
    long delaySeconds = in.readLong();
    long dueMillis = in.readLong();
    String user = readText(in);
    String session = readText(in);
    int flags = in.readByte();
    Quality quality = PublishRequests.quality(in.readByte());
    Publisher publisher =
        new Publisher(user, session, (flags & HAS_INFO) == 0 ? null : readBytes(in));
    String channel = readText(in);
    byte[] payload = readBytes(in);
    String idempotencyKey = readText(in);
    String contentType = (flags & HAS_CONTENT_TYPE) == 0 ? null : readText(in);
    String replyTo = (flags & HAS_REPLY_TO) == 0 ? null : readText(in);
    byte[] correlationId = (flags & HAS_CORRELATION_ID) == 0 ? null : readBytes(in);
    Duration timeToLive =
        (flags & HAS_TIME_TO_LIVE) == 0 ? null : Duration.ofSeconds(in.readLong());
    int count = in.readUnsignedShort();
    List<Header> headers = new ArrayList<>(Math.min(count, in.readableBytes()));
    for (int i = 0; i < count; i++) {
      headers.add(new Header(readText(in), readText(in)));
    }
    PublishRequest request =
        new PublishRequest(
            channel,
            payload,
            contentType,
            headers,
            replyTo,
            correlationId,
            timeToLive,
            (flags & RETAIN) != 0,
            quality,
            idempotencyKey,
            null);
    return new StoredWill(node, sessionKey, delaySeconds, dueMillis, publisher, request);
  }

  private static String readText(ByteBuf in) {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  private static byte[] readBytes(ByteBuf in) {
    int length = in.readInt();
    if (length < 0 || length > in.readableBytes()) {
      throw new IllegalArgumentException("length: " + length + " (expected: what is there)");
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return bytes;
  }
}
