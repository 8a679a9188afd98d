package io.polyhub.graphql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a client accepts, from its {@code Accept} headers (RFC 9110 section 12.5.1). */
final class Accepts {

  static final String GRAPHQL_RESPONSE = "application/graphql-response+json";
  static final String JSON = "application/json";
  static final String EVENT_STREAM = "text/event-stream";
  static final String MULTIPART = "multipart/mixed";
  static final String HTML = "text/html";

  /** The most ranges that are looked at. */
  static final int MAX_RANGES = 32;

  private final List<Range> ranges;

  private Accepts(List<Range> ranges) {
    this.ranges = ranges;
  }

  /** Reads the headers' values; parts that are malformed are passed over. */
  static Accepts of(List<String> headers) {
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
  boolean names(String type) {
    return ranges.stream().anyMatch(range -> range.type.equals(type) && range.quality > 0);
  }

  /** Whether a media type of plain answers is asked for by its own name. */
  boolean namesResponse() {
    return names(JSON) || names(GRAPHQL_RESPONSE);
  }

  /**
   * How an answer that stays open is to be written, or nothing if no such type is asked for by its
   * own name: of two, the one that is liked more, and first the event stream, which can be resumed.
   */
  Optional<StreamFormat> stream() {
    double events = names(EVENT_STREAM) ? quality(EVENT_STREAM) : 0;
    double parts = names(MULTIPART) ? quality(MULTIPART) : 0;
    if (events == 0 && parts == 0) {
      return Optional.empty();
    }
    return Optional.of(events >= parts ? SseEvents.DISTINCT : MultipartParts.FORMAT);
  }

  /**
   * The media type of an answer, or nothing if none is accepted: {@code application/json}, unless
   * the newer type is asked for by its own name and is liked no less.
   */
  Optional<String> response() {
    if (ranges.isEmpty()) {
      return Optional.of(JSON);
    }
    double json = quality(JSON);
    double newer = names(GRAPHQL_RESPONSE) ? quality(GRAPHQL_RESPONSE) : 0;
    if (newer > 0 && newer >= json) {
      return Optional.of(GRAPHQL_RESPONSE);
    }
    return json > 0 ? Optional.of(JSON) : Optional.empty();
  }

  /** How much a type is liked: the most specific range counts. */
  private double quality(String type) {
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
