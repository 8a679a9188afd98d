package io.polyhub.graphql;

import io.polyhub.http.Accepts;
import java.util.Optional;

/** How a client is answered, by what it accepts. Pure. */
final class AnswerTypes {

  static final String GRAPHQL_RESPONSE = "application/graphql-response+json";

  private AnswerTypes() {}

  /** Whether a media type of plain answers is asked for by its own name. */
  static boolean namesResponse(Accepts accepts) {
    return accepts.names(Accepts.JSON) || accepts.names(GRAPHQL_RESPONSE);
  }

  /**
   * How an answer that stays open is to be written, or nothing if no such type is asked for by its
   * own name: of two, the one that is liked more, and first the event stream, which can be resumed.
   */
  static Optional<StreamFormat> stream(Accepts accepts) {
    double events = qualityByName(accepts, Accepts.EVENT_STREAM);
    double parts = qualityByName(accepts, Accepts.MULTIPART);
    if (events == 0 && parts == 0) {
      return Optional.empty();
    }
    return Optional.of(events >= parts ? SseEvents.DISTINCT : MultipartParts.FORMAT);
  }

  /**
   * The media type of an answer, or nothing if none is accepted: {@code application/json}, unless
   * the newer type is asked for by its own name and is liked no less.
   */
  static Optional<String> response(Accepts accepts) {
    if (accepts.isEmpty()) {
      return Optional.of(Accepts.JSON);
    }
    double json = accepts.quality(Accepts.JSON);
    double newer = qualityByName(accepts, GRAPHQL_RESPONSE);
    if (newer > 0 && newer >= json) {
      return Optional.of(GRAPHQL_RESPONSE);
    }
    return json > 0 ? Optional.of(Accepts.JSON) : Optional.empty();
  }

  private static double qualityByName(Accepts accepts, String type) {
    return accepts.names(type) ? accepts.quality(type) : 0;
  }
}
