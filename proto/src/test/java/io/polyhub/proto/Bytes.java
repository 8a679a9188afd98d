package io.polyhub.proto;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes as a test spells them out. */
final class Bytes {

  private Bytes() {}

  /**
   * Puts bytes and texts together.
   *
   * @param parts integers from 0 to 255, each one byte, and strings, each its bytes in ASCII
   */
  static byte[] of(Object... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object part : parts) {
      switch (part) {
        case Integer value -> bytes.write(value);
        case String text -> bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        default -> throw new IllegalArgumentException("part: " + part);
      }
    }
    return bytes.toByteArray();
  }
}
