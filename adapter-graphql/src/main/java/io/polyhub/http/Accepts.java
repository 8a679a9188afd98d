package io.polyhub.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a client accepts, from its {@code Accept} headers (RFC 9110 section 12.5.1). */
public final class Accepts {

  public static final String JSON = "application/json";
  public static final String EVENT_STREAM = "text/event-stream";
  public static final String MULTIPART = "multipart/mixed";
  public static final String HTML = "text/html";

  /** The most ranges that are looked at. */
  public static final int MAX_RANGES = 32;

  private final List<Range> ranges;

  private Accepts(List<Range> ranges) {
    this.ranges = ranges;
  }

  /** Reads the headers' values; parts that are malformed are passed over. */
  public static Accepts of(List<String> headers) {
    List<Range> ranges = new ArrayList<>();
    for (String header : headers) {
      for (String part : header.split(",", MAX_RANGES + 1)) {
        if (ranges.size() < MAX_RANGES) {
          Range.parse(part).ifPresent(ranges::add);
        }
      }
    }
    return new Accepts(List.copyOf(ranges));
  }

  /** Whether the type is asked for by its own name. */
  public boolean names(String type) {
    return ranges.stream().anyMatch(range -> range.type.equals(type) && range.quality > 0);
  }

  /** Whether nothing is said about what is accepted. */
  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** How much a type is liked: the most specific range counts. */
  public double quality(String type) {
    String anySubtype = type.substring(0, type.indexOf('/')) + "/*";
    for (String wanted : List.of(type, anySubtype, "*/*")) {
      for (Range range : ranges) {
        if (range.type.equals(wanted)) {
          return range.quality;
        }
      }
    }
    return 0;
  }

  private record Range(String type, double quality) {

    static Optional<Range> parse(String text) {
      String[] parts = text.split(";", -1);
      String type = parts[0].strip().toLowerCase(Locale.ROOT);
      if (type.indexOf('/') <= 0) {
        return Optional.empty();
      }
      double quality = 1;
      for (int i = 1; i < parts.length; i++) {
        String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
        if (parameter.startsWith("q=")) {
          try {
            quality = Double.parseDouble(parameter.substring(2));
          } catch (NumberFormatException malformed) {
            return Optional.empty();
          }
        }
      }
      return quality >= 0 && quality <= 1
          ? Optional.of(new Range(type, quality))
          : Optional.empty();
    }
  }
}
