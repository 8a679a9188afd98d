package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** As much of Protobuf's encoding as load needs; fields are written by hand, without a schema. */
final class ProtobufFields {

  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED_32 = 5;

  private ProtobufFields() {}

  static void varint(ByteBuf out, long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      out.writeByte((int) (left & 0x7F) | 0x80);
      left >>>= 7;
    }
    out.writeByte((int) left);
  }

  static void number(ByteBuf out, int field, long value) {
    out.writeByte((field << 3) | VARINT);
    varint(out, value);
  }

  static void text(ByteBuf out, int field, String value) {
    bytes(out, field, value.getBytes(StandardCharsets.UTF_8));
  }

  static void bytes(ByteBuf out, int field, byte[] value) {
    out.writeByte((field << 3) | LENGTH);
    varint(out, value.length);
    out.writeBytes(value);
  }

  /** Writes what another buffer holds as a field, and releases it. */
  static void message(ByteBuf out, int field, ByteBuf value) {
    out.writeByte((field << 3) | LENGTH);
    varint(out, value.readableBytes());
    out.writeBytes(value);
    value.release();
  }

  /** Reads a number of variable length; -1 if not all of it is there. */
  static long readVarint(ByteBuf in) {
    long value = 0;
    for (int shift = 0; shift < 64 && in.isReadable(); shift += 7) {
      byte b = in.readByte();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    return -1;
  }

  /** The field whose tag was read. */
  static int field(long tag) {
    return (int) (tag >>> 3);
  }

  /** Whether the tag begins a text, bytes or a message. */
  static boolean hasLength(long tag) {
    return (tag & 7) == LENGTH;
  }

  /** Passes over the value of a field. */
  static void skip(ByteBuf in, long tag) {
    switch ((int) (tag & 7)) {
      case VARINT -> readVarint(in);
      case FIXED_64 -> in.skipBytes(8);
      case LENGTH -> in.skipBytes((int) readVarint(in));
      case FIXED_32 -> in.skipBytes(4);
      default -> throw new IllegalArgumentException("tag: " + tag);
    }
  }

  /** The bytes of the first such field, or an empty buffer. */
  static ByteBuf find(ByteBuf message, int field) {
    ByteBuf in = message.duplicate();
    while (in.isReadable()) {
      long tag = readVarint(in);
      if (field(tag) == field && hasLength(tag)) {
        return in.readSlice((int) readVarint(in));
      }
      skip(in, tag);
    }
    return message.slice(message.readerIndex(), 0);
  }

  /** The value of the last such field, or 0. */
  static long findNumber(ByteBuf message, int field) {
    ByteBuf in = message.duplicate();
    long found = 0;
    while (in.isReadable()) {
      long tag = readVarint(in);
      if (field(tag) == field && !hasLength(tag)) {
        found = readVarint(in);
      } else {
        skip(in, tag);
      }
    }
    return found;
  }

  static String string(ByteBuf bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
