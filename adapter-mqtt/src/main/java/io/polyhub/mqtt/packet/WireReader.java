package io.polyhub.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Reads the data representations of section 1.5 from the body of one packet, never beyond it. */
final class WireReader {

  private final ByteBuf in;
  private int end;

  /** Reads from the reader index up to {@code end}. */
  WireReader(ByteBuf in, int end) {
    this.in = in;
    this.end = end;
  }

  int remaining() {
    return end - in.readerIndex();
  }

  boolean hasMore() {
    return remaining() > 0;
  }

  int oneByte() throws PacketException {
    need(1);
    return in.readUnsignedByte();
  }

  int twoByteInteger() throws PacketException {
    need(2);
    return in.readUnsignedShort();
  }

  long fourByteInteger() throws PacketException {
    need(4);
    return in.readUnsignedInt();
  }

  /** A variable byte integer of at most four bytes, in its shortest form (MQTT-1.5.5-1). */
  int variableByteInteger() throws PacketException {
    int value = 0;
    for (int shift = 0; shift <= 21; shift += 7) {
      int digit = oneByte();
      value |= (digit & 0x7F) << shift;
      if (digit < 0x80) {
        if (digit == 0 && shift > 0) {
          throw PacketException.malformed("variable byte integer is not in its shortest form");
        }
        return value;
      }
    }
    throw PacketException.malformed("variable byte integer is over four bytes");
  }

  /** A UTF-8 string without NUL (MQTT-1.5.4-1 and 1.5.4-2). */
  String string() throws PacketException {
    int length = twoByteInteger();
    need(length);
    int start = in.readerIndex();
    if (!Utf8.isWellFormed(in, start, length)) {
      throw PacketException.malformed("string is not well-formed UTF-8");
    }
    if (in.indexOf(start, start + length, (byte) 0) >= 0) {
      throw PacketException.malformed("string holds NUL");
    }
    String text = in.toString(start, length, StandardCharsets.UTF_8);
    in.skipBytes(length);
    return text;
  }

  byte[] binary() throws PacketException {
    return bytes(twoByteInteger());
  }

  /**
   * All bytes that are left, which are a payload.
   *
   * @param text whether the sender says that it is text, which it then must be (section 3.3.2.3.2)
   */
  byte[] payload(boolean text) throws PacketException {
    if (text && !Utf8.isWellFormed(in, in.readerIndex(), remaining())) {
      throw new PacketException(MqttReasonCode.PAYLOAD_FORMAT_INVALID, "payload is not UTF-8");
    }
    return bytes(remaining());
  }

  /** An identifier of a packet, which is never 0 (MQTT-2.2.1-3). */
  int packetId() throws PacketException {
    int id = twoByteInteger();
    if (id == 0) {
      throw PacketException.malformed("packet identifier 0");
    }
    return id;
  }

  /**
   * Narrows this reader to the next {@code length} bytes.
   *
   * @return what to give to {@link #widen} afterwards
   */
  int narrow(int length) throws PacketException {
    need(length);
    int outer = end;
    end = in.readerIndex() + length;
    return outer;
  }

  void widen(int outer) {
    end = outer;
  }

  /** Nothing may follow. */
  void finish() throws PacketException {
    if (hasMore()) {
      throw PacketException.malformed("bytes after the end");
    }
  }

  private byte[] bytes(int length) throws PacketException {
    need(length);
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return bytes;
  }

  private void need(int bytes) throws PacketException {
    if (remaining() < bytes) {
      throw PacketException.malformed("packet ends too early");
    }
  }
}
