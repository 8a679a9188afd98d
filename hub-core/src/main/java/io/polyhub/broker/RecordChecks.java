package io.polyhub.broker;

import io.polyhub.records.Records;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The limits that every kind of {@link Records} holds. */
public final class RecordChecks {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z-]{0,63}");

  private RecordChecks() {}

  /**
   * Returns the name if it may name records.
   *
   * @throws IllegalArgumentException if not
   */
  public static String name(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: " + name + " (expected: 1 to 64 lower-case letters and dashes)");
    }
    return name;
  }

  /**
   * Returns the key if it is no longer than its limit.
   *
   * @throws IllegalArgumentException if not
   */
  public static String key(String key) {
    int bytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > Records.MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "key: " + bytes + " bytes (expected: at most " + Records.MAX_KEY_BYTES + ")");
    }
    return key;
  }

  /**
   * Returns the value if it is no longer than its limit.
   *
   * @throws IllegalArgumentException if not
   */
  public static byte[] value(byte[] value) {
    if (value.length > Records.MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "value: " + value.length + " bytes (expected: at most " + Records.MAX_VALUE_BYTES + ")");
    }
    return value;
  }

  /**
   * Returns the limit of a page if it is one.
   *
   * @throws IllegalArgumentException if not
   */
  public static int limit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 or more)");
    }
    return limit;
  }
}
