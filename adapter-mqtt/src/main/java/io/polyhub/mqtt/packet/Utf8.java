package io.polyhub.mqtt.packet;

import io.netty.buffer.ByteBuf;

/** What well-formed UTF-8 is (Unicode 15, table 3-7), as MQTT asks in section 1.5.4. */
public final class Utf8 {

  private Utf8() {}

  /** Returns whether these bytes are well-formed UTF-8 without surrogates. */
  public static boolean isWellFormed(ByteBuf in, int start, int length) {
    int end = start + length;
    int i = start;
    while (i < end) {
      int first = in.getByte(i);
      int more = continuationBytes(first);
      if (more < 0 || i + more >= end) {
        return false;
      }
      if (more > 0 && !isSecond(first & 0xFF, in.getByte(i + 1) & 0xFF)) {
        return false;
      }
      for (int k = 2; k <= more; k++) {
        if ((in.getByte(i + k) & 0xC0) != 0x80) {
          return false;
        }
      }
      i += more + 1;
    }
    return true;
  }

  private static int continuationBytes(int first) {
    if (first >= 0) {
      return 0;
    }
    int lead = first & 0xFF;
    if (lead < 0xC2 || lead > 0xF4) {
      return -1;
    }
    return lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  }

  /** The second byte shows overlong forms, surrogates and too large numbers. */
  private static boolean isSecond(int lead, int second) {
    return switch (lead) {
      case 0xE0 -> second >= 0xA0 && second <= 0xBF;
      case 0xED -> second >= 0x80 && second <= 0x9F;
      case 0xF0 -> second >= 0x90 && second <= 0xBF;
      case 0xF4 -> second >= 0x80 && second <= 0x8F;
      default -> second >= 0x80 && second <= 0xBF;
    };
  }
}
