package io.polyhub.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Packets as they are on the wire, with notes: each line holds hexadecimal bytes and {@code
 * 'text'}, and after a semicolon what they mean.
 */
public final class Bytes {

  /** An MQTT 3.1.1 CONNECT of client {@code c}, clean session, keep alive 60 s. */
  static final String[] CONNECT_V3 = {
    "10 0D          ; CONNECT, 13 bytes",
    "00 04 'MQTT'   ; protocol name",
    "04             ; level: 3.1.1",
    "02             ; clean session",
    "00 3C          ; keep alive 60 s",
    "00 01 'c'      ; client identifier"
  };

  /** The same in MQTT 5.0, without properties. */
  static final String[] CONNECT_V5 = {
    "10 0E          ; CONNECT, 14 bytes",
    "00 04 'MQTT'   ; protocol name",
    "05             ; level: 5.0",
    "02             ; clean start",
    "00 3C          ; keep alive 60 s",
    "00             ; no properties",
    "00 01 'c'      ; client identifier"
  };

  /** What the door answers to {@link #CONNECT_V5} with the standard settings. */
  static final String[] CONNACK_V5 = {
    "20 10          ; CONNACK, 16 bytes",
    "00 00          ; no session present, success",
    "0D             ; 13 bytes of properties",
    "21 00 40       ; receive maximum 64",
    "27 00 11 00 00 ; maximum packet size 1 MiB and 64 KiB",
    "22 00 10       ; topic alias maximum 16",
    "2A 01          ; shared subscriptions",
  };

  private Bytes() {}

  public static byte[] of(String... lines) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String line : lines) {
      int note = line.indexOf(';');
      parse(note < 0 ? line : line.substring(0, note), out);
    }
    return out.toByteArray();
  }

  /** A packet of up to 127 bytes: its first byte, the length of what follows, and that. */
  static byte[] packet(String first, String... lines) {
    byte[] body = of(lines);
    return of(first + String.format("%02X", body.length) + hex(body));
  }

  private static void parse(String text, ByteArrayOutputStream out) {
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == ' ') {
        i++;
      } else if (c == '\'') {
        int end = text.indexOf('\'', i + 1);
        out.writeBytes(text.substring(i + 1, end).getBytes(StandardCharsets.UTF_8));
        i = end + 1;
      } else {
        out.write(HexFormat.fromHexDigits(text, i, i + 2));
        i += 2;
      }
    }
  }

  public static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
  }
}
