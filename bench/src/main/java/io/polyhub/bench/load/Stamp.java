package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A payload that carries the moment at which it was to be sent, as JSON of a fixed length. */
public final class Stamp {

  private static final byte[] KEY = "\"t\":1".getBytes(StandardCharsets.US_ASCII);
  private static final int LEAST_BYTES = 40;

  /** Moments have 18 digits after a leading 1, so that all payloads are equally long. */
  private static final long LEADING = 1_000_000_000_000_000_000L;

  private Stamp() {}

  /**
   * Writes a payload.
   *
   * @param nanos the moment, by {@link System#nanoTime}
   * @param bytes how long the payload is to be
   * @throws IllegalArgumentException if {@code bytes} is less than 40
   */
  public static byte[] payload(long nanos, int bytes) {
    if (bytes < LEAST_BYTES) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 40 or more)");
    }
    String head = "{\"t\":" + (LEADING + Math.floorMod(nanos, LEADING)) + ",\"pad\":\"";
    return (head + "x".repeat(bytes - head.length() - 2) + "\"}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** How long ago the moment was that stands somewhere in the message, in nanoseconds; or -1. */
  public static long ageNanos(ByteBuf message) {
    int at = Bytes.indexOf(message, KEY);
    if (at < 0) {
      return -1;
    }
    long moment = Bytes.number(message, at - message.readerIndex() + KEY.length - 1) - LEADING;
    return Math.floorMod(System.nanoTime() - moment, LEADING);
  }
}
