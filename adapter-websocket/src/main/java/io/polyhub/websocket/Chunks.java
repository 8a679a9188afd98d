package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** How pieces of a body without a length look on the wire (RFC 9112 section 7.1). Pure. */
final class Chunks {

  /** The end of the body. */
  static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] LINE_END = {'\r', '\n'};

  private Chunks() {}

  /** The chunk that holds the array's bytes from there on. */
  static byte[] of(byte[] bytes, int from) {
    byte[] size = size(bytes.length - from);
    byte[] chunk = new byte[size.length + bytes.length - from + 4];
    System.arraycopy(size, 0, chunk, 0, size.length);
    System.arraycopy(LINE_END, 0, chunk, size.length, 2);
    System.arraycopy(bytes, from, chunk, size.length + 2, bytes.length - from);
    System.arraycopy(LINE_END, 0, chunk, chunk.length - 2, 2);
    return chunk;
  }

  /** The chunk that holds a copy of the bytes, which must not be none. */
  static ByteBuf of(ByteBufAllocator allocator, ByteBuf bytes) {
    int length = bytes.readableBytes();
    byte[] size = size(length);
    return allocator
        .directBuffer(size.length + length + 4)
        .writeBytes(size)
        .writeBytes(LINE_END)
        .writeBytes(bytes, bytes.readerIndex(), length)
        .writeBytes(LINE_END);
  }

  private static byte[] size(int length) {
    return Integer.toHexString(length).getBytes(StandardCharsets.US_ASCII);
  }
}
