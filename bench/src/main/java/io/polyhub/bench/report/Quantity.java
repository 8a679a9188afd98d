package io.polyhub.bench.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as they are read: grouped, rounded to what matters, with their unit. */
final class Quantity {

  private static final String BYTES = "B";
  private static final String[] BYTE_UNITS = {"B", "KB", "MB", "GB", "TB"};
  private static final int MORE_DIGITS_MAX = 5;

  private Quantity() {}

  /** The value with its unit, for example {@code 1,234/s}, {@code 3.42 ms} or {@code 3.5 KB}. */
  static String text(double value, String unit) {
    return text(value, unit, 0);
  }

  /** The value of a comparison; empty if it was refused. */
  static String text(Comparison comparison) {
    Double value = comparison.value();
    if (value == null) {
      return "";
    }
    Aim aim = comparison.aim();
    return aim == null
        ? text(value, comparison.unit())
        : textApart(value, aim.bound(), comparison.unit());
  }

  /** The aim of a comparison, for example {@code at least 0.90}; empty if there is none. */
  static String text(@Nullable Aim aim, String unit) {
    if (aim == null) {
      return "";
    }
    return (aim.atLeast() ? "at least " : "at most ") + text(aim.bound(), unit);
  }

  /** How long something took, for example {@code 3 min 12 s}. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60 ? whole + " s" : whole / 60 + " min " + whole % 60 + " s";
  }

  /**
   * A number for an axis, short: {@code 250}, {@code 10k}, {@code 1.5M}. It is exact for as many
   * digits as ticks have.
   */
  static String tick(double value) {
    double size = Math.abs(value);
    if (size >= 1e9) {
      return plain(value / 1e9) + "G";
    }
    if (size >= 1e6) {
      return plain(value / 1e6) + "M";
    }
    return size >= 1e4 ? plain(value / 1e3) + "k" : plain(value);
  }

  /** With as many digits as it takes to be seen apart from a bound that it misses. */
  private static String textApart(double value, double bound, String unit) {
    int more = 0;
    while (more < MORE_DIGITS_MAX
        && value != bound
        && text(value, unit, more).equals(text(bound, unit, more))) {
      more++;
    }
    return text(value, unit, more);
  }

  private static String text(double value, String unit, int moreDigits) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    if (unit.equals(BYTES) || unit.startsWith(BYTES + "/")) {
      return bytes(value, unit.substring(1), moreDigits);
    }
    String number = number(value, 2, moreDigits);
    return switch (unit) {
      case "" -> number;
      case "1/s" -> number + "/s";
      case "%" -> number + "%";
      default -> number + " " + unit;
    };
  }

  /** As the JVM and the kernel count them: 1 KB is 1,024 bytes. */
  private static String bytes(double value, String per, int moreDigits) {
    int power = 0;
    double scaled = value;
    while (Math.abs(scaled) >= 1023.5 && power < BYTE_UNITS.length - 1) {
      scaled /= 1024;
      power++;
    }
    int decimals = power == 0 ? 0 : 1;
    return number(scaled, decimals, moreDigits) + " " + BYTE_UNITS[power] + per;
  }

  /** Three digits that count, or all of a whole number. */
  private static String number(double value, int decimalsMax, int moreDigits) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e15) {
      return format(value, 0);
    }
    int decimals;
    if (size >= 99.95) {
      decimals = 0;
    } else if (size >= 9.995) {
      decimals = Math.min(1, decimalsMax);
    } else if (size >= 0.0995 || decimalsMax < 2) {
      decimals = decimalsMax;
    } else {
      decimals = Math.min(9, 1 - (int) Math.floor(Math.log10(size)));
    }
    return format(value, decimals + moreDigits);
  }

  private static String plain(double value) {
    double rounded = Math.round(value * 1e9) / 1e9;
    if (rounded == Math.rint(rounded)) {
      return format(rounded, 0);
    }
    String text = String.format(Locale.ROOT, "%.9f", rounded);
    return text.replaceAll("0+$", "");
  }

  private static String format(double value, int decimals) {
    String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
    return text.equals("-0") ? "0" : text;
  }
}
