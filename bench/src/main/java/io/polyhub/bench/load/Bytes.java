package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;

/** Looks into received bytes without decoding them. */
public final class Bytes {

  private Bytes() {}

  /** Whether the readable bytes begin like this. */
  public static boolean startsWith(ByteBuf in, byte[] beginning) {
    return in.readableBytes() >= beginning.length && matches(in, in.readerIndex(), beginning);
  }

  /** Where these bytes are first found, as an index into the buffer, or -1. */
  public static int indexOf(ByteBuf in, byte[] wanted) {
    int last = in.writerIndex() - wanted.length;
    int at = in.readerIndex();
    while (at <= last) {
      int next = in.indexOf(at, last + 1, wanted[0]);
      if (next < 0 || matches(in, next, wanted)) {
        return next;
      }
      at = next + 1;
    }
    return -1;
  }

  private static boolean matches(ByteBuf in, int at, byte[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (in.getByte(at + i) != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The decimal number that stands there.
   *
   * @param offset where its first digit is, counted from the reader index
   */
  public static long number(ByteBuf in, int offset) {
    long value = 0;
    for (int at = in.readerIndex() + offset; at < in.writerIndex(); at++) {
      int digit = in.getByte(at) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** The decimal number after the last place where these bytes stand; 0 if they do not. */
  public static long lastNumber(ByteBuf in, byte[] before) {
    for (int at = in.writerIndex() - before.length; at >= in.readerIndex(); at--) {
      if (matches(in, at, before)) {
        return number(in, at - in.readerIndex() + before.length);
      }
    }
    return 0;
  }
}
