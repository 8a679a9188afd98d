package io.polyhub.bench.load;

import java.util.regex.Pattern;

/** Names with a client's number in them. */
final class Names {

  private static final Pattern PLACE = Pattern.compile("\\{i(?:/(\\d+))?}");

  private Names() {}

  /** Puts the number, or a part of it, where {@code {i}} or {@code {i/N}} stands. */
  static String fill(String pattern, int index) {
    if (pattern.indexOf('{') < 0) {
      return pattern;
    }
    return PLACE
        .matcher(pattern)
        .replaceAll(place -> {
          String divisor = place.group(1);
          return "" + (divisor == null ? index : index / Integer.parseInt(divisor));
        });
  }
}
