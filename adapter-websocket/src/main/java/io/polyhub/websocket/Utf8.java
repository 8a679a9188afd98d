package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Checks UTF-8 piece by piece (RFC 3629; the well-formed sequences of the Unicode Standard, table
 * 3-7). The state between two pieces is one int, {@link #COMPLETE} between characters.
 */
final class Utf8 {

  /** Between two characters. */
  static final int COMPLETE = 0;

  /** Not UTF-8, whatever follows. */
  static final int INVALID = -1;

  private static final long NOT_ASCII = 0x8080808080808080L;

  private Utf8() {}

  /** Returns the state after the next {@code length} bytes of the buffer from {@code index} on. */
  static int check(int state, ByteBuf buffer, int index, int length) {
    ByteBuffer bytes = buffer.nioBuffer(index, length);
    int end = length;
    int at = 0;
    int now = state;
    while (at < end && now != INVALID) {
      if (now == COMPLETE) {
        while (end - at >= Long.BYTES && (bytes.getLong(at) & NOT_ASCII) == 0) {
          at += Long.BYTES;
        }
        if (at == end) {
          return now;
        }
      }
      now = next(now, bytes.get(at) & 0xFF);
      at++;
    }
    return now;
  }

  /**
   * A state other than the two named ones holds, in its bytes from low to high: how many bytes the
   * character still needs, and the lowest and highest value of the next one.
   */
  private static int next(int state, int value) {
    if (state == COMPLETE) {
      return first(value);
    }
    int lowest = (state >> 8) & 0xFF;
    int highest = (state >> 16) & 0xFF;
    if (value < lowest || value > highest) {
      return INVALID;
    }
    int needed = (state & 0xFF) - 1;
    return needed == 0 ? COMPLETE : state(needed, 0x80, 0xBF);
  }

  private static int first(int value) {
    if (value < 0x80) {
      return COMPLETE;
    } else if (value < 0xC2) {
      return INVALID;
    } else if (value < 0xE0) {
      return state(1, 0x80, 0xBF);
    } else if (value < 0xF0) {
      return state(2, value == 0xE0 ? 0xA0 : 0x80, value == 0xED ? 0x9F : 0xBF);
    } else if (value < 0xF5) {
      return state(3, value == 0xF0 ? 0x90 : 0x80, value == 0xF4 ? 0x8F : 0xBF);
    }
    return INVALID;
  }

  private static int state(int needed, int lowest, int highest) {
    return needed | lowest << 8 | highest << 16;
  }
}
