package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;

/** How frames look on the wire (RFC 6455 section 5.2). */
final class Frames {

  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  static final int FIN = 0x80;
  static final int RSV1 = 0x40;
  static final int RSV2_AND_3 = 0x30;
  static final int MASKED = 0x80;

  /** The longest payload of a control frame (section 5.5). */
  static final int MAX_CONTROL_BYTES = 125;

  private static final int LENGTH_16_BIT = 126;
  private static final int LENGTH_64_BIT = 127;
  private static final int MAX_16_BIT = 0xFFFF;

  private Frames() {}

  static boolean isControl(int opcode) {
    return opcode >= CLOSE;
  }

  /** The length of an unmasked frame's header. */
  static int headerLength(int payloadLength) {
    if (payloadLength <= MAX_CONTROL_BYTES) {
      return 2;
    }
    return payloadLength <= MAX_16_BIT ? 4 : 10;
  }

  /** Writes the header of a final, unmasked frame to the beginning of the array. */
  static void writeHeader(byte[] frame, int opcode, int payloadLength) {
    frame[0] = (byte) (FIN | opcode);
    int length = headerLength(payloadLength);
    if (length == 2) {
      frame[1] = (byte) payloadLength;
    } else {
      frame[1] = (byte) (length == 4 ? LENGTH_16_BIT : LENGTH_64_BIT);
      for (int i = length - 1, rest = payloadLength; i >= 2; i--, rest >>>= 8) {
        frame[i] = (byte) rest;
      }
    }
  }

  /** Writes the header of a final, unmasked frame. */
  static void writeHeader(ByteBuf out, int opcode, boolean rsv1, int payloadLength) {
    out.writeByte(FIN | (rsv1 ? RSV1 : 0) | opcode);
    if (payloadLength <= MAX_CONTROL_BYTES) {
      out.writeByte(payloadLength);
    } else if (payloadLength <= MAX_16_BIT) {
      out.writeByte(LENGTH_16_BIT).writeShort(payloadLength);
    } else {
      out.writeByte(LENGTH_64_BIT).writeLong(payloadLength);
    }
  }
}
