package io.polyhub.websocket;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes JSON to bytes, with values that are JSON already put in as they are. Sets the commas; that
 * braces and names come in a sensible order is up to the caller. Not thread-safe.
 */
final class JsonBytes {

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int length;

  JsonBytes(int expectedLength) {
    bytes = new byte[Math.max(16, expectedLength)];
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  JsonBytes open() {
    return element('{');
  }

  JsonBytes close() {
    return plain('}');
  }

  JsonBytes openArray() {
    return element('[');
  }

  JsonBytes closeArray() {
    return plain(']');
  }

  /** Begins a member whose value is written next. */
  JsonBytes name(String name) {
    comma();
    quoted(name);
    return plain(':');
  }

  /** A member that is left out if empty. */
  JsonBytes member(String name, String value) {
    return value.isEmpty() ? this : name(name).string(value);
  }

  /** A member that is left out if 0; all 64 bits count as value. */
  JsonBytes member(String name, long unsigned) {
    return unsigned == 0 ? this : name(name).number(unsigned);
  }

  /** A member that is left out if false. */
  JsonBytes member(String name, boolean value) {
    return value ? name(name).ascii("true") : this;
  }

  /** A member that is left out if empty, and otherwise is JSON already. */
  JsonBytes member(String name, ByteString json) {
    return json.isEmpty() ? this : name(name).raw(json);
  }

  /** A member that is left out if empty. */
  JsonBytes member(String name, Map<String, String> values) {
    if (values.isEmpty()) {
      return this;
    }
    name(name).open();
    values.forEach((key, value) -> name(key).string(value));
    return close();
  }

  JsonBytes string(String value) {
    quoted(value);
    return this;
  }

  JsonBytes number(long unsigned) {
    return ascii(Long.toUnsignedString(unsigned));
  }

  JsonBytes raw(ByteString json) {
    ensure(json.size());
    json.copyTo(bytes, length);
    length += json.size();
    return this;
  }

  private JsonBytes element(char opening) {
    if (length > 0 && bytes[length - 1] != ':') {
      comma();
    }
    return plain(opening);
  }

  private void comma() {
    byte last = length == 0 ? (byte) '{' : bytes[length - 1];
    if (last != '{' && last != '[') {
      plain(',');
    }
  }

  private JsonBytes plain(char c) {
    ensure(1);
    bytes[length++] = (byte) c;
    return this;
  }

  private JsonBytes ascii(String text) {
    ensure(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes[length++] = (byte) text.charAt(i);
    }
    return this;
  }

  /** Half surrogates, which UTF-8 cannot hold, are escaped like control characters. */
  private void quoted(String text) {
    ensure(text.length() + 2);
    plain('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      ensure(6);
      if (c == '"' || c == '\\') {
        bytes[length++] = '\\';
        bytes[length++] = (byte) c;
      } else if (c < 0x20) {
        escaped(c);
      } else if (c < 0x80) {
        bytes[length++] = (byte) c;
      } else if (c < 0x800) {
        bytes[length++] = (byte) (0xC0 | c >> 6);
        continuation(c);
      } else if (!Character.isSurrogate(c)) {
        bytes[length++] = (byte) (0xE0 | c >> 12);
        continuation(c >> 6);
        continuation(c);
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        bytes[length++] = (byte) (0xF0 | point >> 18);
        continuation(point >> 12);
        continuation(point >> 6);
        continuation(point);
      } else {
        escaped(c);
      }
    }
    plain('"');
  }

  private void continuation(int bits) {
    bytes[length++] = (byte) (0x80 | (bits & 0x3F));
  }

  private void escaped(char c) {
    bytes[length++] = '\\';
    bytes[length++] = 'u';
    for (int shift = 12; shift >= 0; shift -= 4) {
      bytes[length++] = HEX[(c >> shift) & 0xF];
    }
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
