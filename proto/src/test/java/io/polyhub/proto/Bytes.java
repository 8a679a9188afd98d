package io.polyhub.proto;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes as a test spells them out. */
final class Bytes {

  private Bytes() {}

  /**
   * Puts bytes together.
   *
   * @param parts what stands between spaces: a byte as two hexadecimal digits, or ASCII text in
   *     single quotes
   */
  static byte[] of(String... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String part : parts) {
      boolean quoted = false;
      for (String piece : part.split("'", -1)) {
        bytes.writeBytes(
            quoted
                ? piece.getBytes(StandardCharsets.US_ASCII)
                : HexFormat.of().parseHex(piece.replace(" ", "")));
        quoted = !quoted;
      }
    }
    return bytes.toByteArray();
  }
}
