package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.PacketDecoder;
import io.polyhub.mqtt.packet.PublishForm;
import org.jspecify.annotations.Nullable;

/**
 * Writes the packets to one client: small ones are joined in one buffer as they come, which is sent
 * once for all that is written in one turn of the event loop. Confined to that loop.
 */
final class PacketWriter {

  /**
   * Up to here a payload is copied behind its head; a larger one is sent as a buffer of its own.
   */
  private static final int COPIED_PAYLOAD_BYTES_MAX = 2048;

  /** A buffer of joined packets does not grow beyond this. */
  private static final int JOINED_BYTES_MAX = 16 * 1024;

  private final Channel channel;
  private @Nullable ByteBuf joined;
  private boolean reading;
  private boolean flushing;
  private boolean closed;

  PacketWriter(Channel channel) {
    this.channel = channel;
  }

  ByteBufAllocator alloc() {
    return channel.alloc();
  }

  /** Whether the transport takes more. */
  boolean isWritable() {
    return channel.isWritable();
  }

  /** Writes a packet, which is released. */
  void write(ByteBuf packet) {
    if (closed) {
      packet.release();
      return;
    }
    ByteBuf before = joined;
    if (before != null && fits(before, packet.readableBytes())) {
      before.writeBytes(packet);
      packet.release();
    } else {
      writeJoined();
      writeNow(packet);
    }
    flushSoon();
  }

  /**
   * Writes a publication.
   *
   * @param length its remaining length
   */
  void write(PublishForm form, PublishForm.Envelope envelope, MqttVersion version, int length) {
    if (closed) {
      return;
    }
    byte[] payload = form.payload();
    int bytes = length + PacketDecoder.FIXED_HEADER_BYTES_MAX;
    if (payload.length <= COPIED_PAYLOAD_BYTES_MAX) {
      ByteBuf out = room(bytes);
      form.writeHead(out, envelope, version);
      out.writeBytes(payload);
    } else {
      ByteBuf head = channel.alloc().buffer(bytes - payload.length);
      form.writeHead(head, envelope, version);
      writeJoined();
      writeNow(Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(payload)));
    }
    flushSoon();
  }

  private ByteBuf room(int bytes) {
    ByteBuf before = joined;
    if (before != null && fits(before, bytes)) {
      return before;
    }
    writeJoined();
    ByteBuf fresh = channel.alloc().buffer(bytes);
    joined = fresh;
    return fresh;
  }

  private static boolean fits(ByteBuf before, int bytes) {
    return before.readableBytes() + bytes <= JOINED_BYTES_MAX;
  }

  private void writeJoined() {
    ByteBuf packets = joined;
    if (packets != null) {
      joined = null;
      writeNow(packets);
    }
  }

  private void writeNow(ByteBuf packets) {
    var _ = channel.write(packets, channel.voidPromise());
  }

  /** While packets are read, what is written waits for {@link #readEnded}. */
  void readBegan() {
    reading = true;
  }

  void readEnded() {
    reading = false;
    flush();
  }

  private void flushSoon() {
    if (!flushing) {
      flushing = true;
      if (!reading) {
        channel.eventLoop().execute(this::flush);
      }
    }
  }

  /** Sends what was written. */
  void flush() {
    if (flushing) {
      flushing = false;
      writeJoined();
      channel.flush();
    }
  }

  /** Nothing is written any more, and what was not sent is forgotten. */
  void close() {
    closed = true;
    if (joined != null) {
      joined.release();
      joined = null;
    }
  }
}
