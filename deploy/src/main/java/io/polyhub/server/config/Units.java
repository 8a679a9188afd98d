package io.polyhub.server.config;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The units that people write in configuration, such as {@code 64KiB} and {@code 30s}. */
public final class Units {

  private static final String[] BYTE_UNITS = {"TiB", "GiB", "MiB", "KiB"};
  private static final String[] TIME_UNITS = {"d", "h", "m", "s", "ms"};
  private static final long[] TIME_MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};
  private static final int MAX_DIGITS = 18;
  private static final Pattern ISO_TIME =
      Pattern.compile("\\bPT(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]{1,3})?S)?\\b");

  private Units() {}

  /** Reads a count of bytes: {@code 512}, {@code 64KiB}, {@code 1GiB}. */
  static OptionalLong bytes(String text) {
    long factor = 1;
    String number = text;
    for (int i = 0; i < BYTE_UNITS.length; i++) {
      if (text.endsWith(BYTE_UNITS[i])) {
        factor = 1L << (10 * (BYTE_UNITS.length - i));
        number = text.substring(0, text.length() - BYTE_UNITS[i].length());
        break;
      }
    }
    return times(number, factor);
  }

  /** Writes a count of bytes in the largest unit that divides it. */
  static String bytesText(long bytes) {
    for (int i = 0; i < BYTE_UNITS.length; i++) {
      long factor = 1L << (10 * (BYTE_UNITS.length - i));
      if (bytes > 0 && bytes % factor == 0) {
        return bytes / factor + BYTE_UNITS[i];
      }
    }
    return Long.toString(bytes);
  }

  /**
   * Reads a time: a whole number and one of {@code ms}, {@code s}, {@code m}, {@code h}, {@code d}.
   */
  public static Optional<Duration> duration(String text) {
    int digits = 0;
    while (digits < text.length() && isDigit(text.charAt(digits))) {
      digits++;
    }
    String unit = text.substring(digits);
    for (int i = 0; i < TIME_UNITS.length; i++) {
      if (TIME_UNITS[i].equals(unit)) {
        OptionalLong millis = times(text.substring(0, digits), TIME_MILLIS[i]);
        return millis.isPresent()
            ? Optional.of(Duration.ofMillis(millis.getAsLong()))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Writes a time in the largest unit that divides it. */
  static String durationText(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    for (int i = 0; i < TIME_UNITS.length; i++) {
      if (millis % TIME_MILLIS[i] == 0) {
        return millis / TIME_MILLIS[i] + TIME_UNITS[i];
      }
    }
    throw new AssertionError("1 ms divides every time");
  }

  /**
   * Replaces the times in a text, as {@link Duration} writes them, by how they are written here.
   */
  static String inWords(String text) {
    return ISO_TIME.matcher(text).replaceAll(found -> durationText(Duration.parse(found.group())));
  }

  /** Reads a whole number, in which {@code _} may group digits. */
  static OptionalLong number(String text) {
    return text.startsWith("-") ? negated(times(text.substring(1), 1)) : times(text, 1);
  }

  private static OptionalLong negated(OptionalLong value) {
    return value.isPresent() ? OptionalLong.of(-value.getAsLong()) : value;
  }

  private static OptionalLong times(String text, long factor) {
    String digits = text.replace("_", "");
    if (digits.isEmpty()
        || digits.length() > MAX_DIGITS
        || !isDigit(text.charAt(0))
        || (digits.length() > 1 && digits.charAt(0) == '0')) {
      return OptionalLong.empty();
    }
    for (int i = 0; i < digits.length(); i++) {
      if (!isDigit(digits.charAt(i))) {
        return OptionalLong.empty();
      }
    }
    long value = Long.parseLong(digits);
    return value <= Long.MAX_VALUE / factor
        ? OptionalLong.of(value * factor)
        : OptionalLong.empty();
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
