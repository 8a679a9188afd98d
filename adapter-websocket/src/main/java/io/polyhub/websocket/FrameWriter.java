package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of messages: final and unmasked (RFC 6455 section 5.2), compressed where that was
 * agreed on and pays. One that compresses belongs to an event loop.
 */
final class FrameWriter {

  /** Compresses nothing; any thread. */
  static final FrameWriter PLAIN = new FrameWriter(null);

  private final @Nullable Deflation deflation;

  FrameWriter(@Nullable Deflation deflation) {
    this.deflation = deflation;
  }

  /** Returns the frame for a message, which is released. */
  ByteBuf message(ByteBufAllocator allocator, int opcode, WebSocketFrame message) {
    try {
      ByteBuf payload = message.content();
      ByteBuf bytes = null;
      if (deflation != null && payload.readableBytes() >= Deflation.MIN_BYTES) {
        bytes = deflated(deflation, allocator, opcode, payload);
      }
      return bytes == null ? frame(allocator, opcode, payload) : bytes;
    } finally {
      message.release();
    }
  }

  private static @Nullable ByteBuf deflated(
      Deflation deflation, ByteBufAllocator allocator, int opcode, ByteBuf payload) {
    ByteBuf target = allocator.buffer(payload.readableBytes());
    try {
      if (!deflation.deflate(payload, target)) {
        return null;
      }
      int length = target.readableBytes();
      ByteBuf bytes = allocator.directBuffer(Frames.headerLength(length) + length);
      Frames.writeHeader(bytes, opcode, true, length);
      return bytes.writeBytes(target);
    } finally {
      target.release();
    }
  }

  /** Returns a frame with that payload, which is copied. */
  static ByteBuf frame(ByteBufAllocator allocator, int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    ByteBuf bytes = allocator.directBuffer(Frames.headerLength(length) + length);
    Frames.writeHeader(bytes, opcode, false, length);
    return bytes.writeBytes(payload, payload.readerIndex(), length);
  }
}
