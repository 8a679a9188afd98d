package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * A payload that carries the moment at which it was to be sent, and its number, as JSON of a fixed
 * length.
 */
public final class Stamp {

  private static final byte[] KEY = "\"t\":1".getBytes(StandardCharsets.US_ASCII);
  private static final int LEAST_BYTES = 56;

  /** Moments have 18 digits after a leading 1, so that all payloads are equally long. */
  private static final long LEADING = 1_000_000_000_000_000_000L;

  /** Numbers have 12 digits after a leading 1. */
  private static final long LEADING_NUMBER = 1_000_000_000_000L;

  /** From where the key of a moment begins to where the number begins. */
  private static final int NUMBER_OFFSET = "\"t\":".length() + 19 + ",\"n\":".length();

  private Stamp() {}

  /**
   * Writes a payload without a number.
   *
   * @param nanos the moment, by {@link System#nanoTime}
   * @param bytes how long the payload is to be
   * @throws IllegalArgumentException if {@code bytes} is less than 56
   */
  public static byte[] payload(long nanos, int bytes) {
    return payload(nanos, 0, bytes);
  }

  /**
   * Writes a payload.
   *
   * @param nanos the moment, by {@link System#nanoTime}
   * @param number which publication of its publisher it is
   * @param bytes how long the payload is to be
   * @throws IllegalArgumentException if {@code bytes} is less than 56
   */
  public static byte[] payload(long nanos, long number, int bytes) {
    if (bytes < LEAST_BYTES) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 56 or more)");
    }
    String head =
        "{\"t\":"
            + (LEADING + Math.floorMod(nanos, LEADING))
            + ",\"n\":"
            + (LEADING_NUMBER + number)
            + ",\"pad\":\"";
    return (head + "x".repeat(bytes - head.length() - 2) + "\"}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Where a stamp stands in the message, as an index into the buffer; or -1. */
  static int find(ByteBuf message) {
    return Bytes.indexOf(message, KEY);
  }

  /** How long ago the moment of the stamp was that stands there, in nanoseconds. */
  static long ageNanos(ByteBuf message, int at) {
    long moment = Bytes.number(message, at - message.readerIndex() + KEY.length - 1) - LEADING;
    return Math.floorMod(System.nanoTime() - moment, LEADING);
  }

  /** The number of the stamp that stands there. */
  static long number(ByteBuf message, int at) {
    return Bytes.number(message, at - message.readerIndex() + NUMBER_OFFSET) - LEADING_NUMBER;
  }

  /** How long ago the moment was that stands somewhere in the message, in nanoseconds; or -1. */
  public static long ageNanos(ByteBuf message) {
    int at = find(message);
    return at < 0 ? -1 : ageNanos(message, at);
  }
}
