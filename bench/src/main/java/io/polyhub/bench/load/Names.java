package io.polyhub.bench.load;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Names with a client's number in them. */
final class Names {

  private static final Pattern PLACE = Pattern.compile("\\{i(?:/(\\d+))?}");

  private static final Pattern RANGE = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)}");

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

  /**
   * A name for each number of the range that stands in the pattern; the pattern if there is none.
   */
  static Stream<String> spread(String pattern) {
    Matcher range = RANGE.matcher(pattern);
    if (!range.find()) {
      return Stream.of(pattern);
    }
    int first = Integer.parseInt(range.group(1));
    int last = Integer.parseInt(range.group(2));
    return IntStream.rangeClosed(first, last).mapToObj(k -> range.replaceFirst("" + k));
  }
}
