package io.polyhub.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/**
 * The way of packets to one client: written as they come, flushed once for all that is written in
 * one turn of the event loop. Only in that loop.
 */
final class Outlet {

  /**
   * Up to here a payload is copied behind its head; a larger one is sent as a buffer of its own.
   */
  private static final int COPIED_PAYLOAD_BYTES_MAX = 2048;

  private final Channel channel;
  private boolean reading;
  private boolean flushing;

  Outlet(Channel channel) {
    this.channel = channel;
  }

  /** Writes a packet, which is released. */
  void write(ByteBuf packet) {
    var _ = channel.write(packet, channel.voidPromise());
    flushSoon();
  }

  /**
   * Writes a publication.
   *
   * @param length its remaining length
   */
  void write(PublishForm form, PublishForm.Envelope envelope, MqttVersion version, int length) {
    byte[] payload = form.payload();
    boolean copied = payload.length <= COPIED_PAYLOAD_BYTES_MAX;
    int bytes = length + PacketDecoder.FIXED_HEADER_BYTES_MAX - (copied ? 0 : payload.length);
    ByteBuf head = channel.alloc().buffer(bytes);
    form.writeHead(head, envelope, version);
    write(
        copied
            ? head.writeBytes(payload)
            : Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(payload)));
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
      channel.flush();
    }
  }
}
