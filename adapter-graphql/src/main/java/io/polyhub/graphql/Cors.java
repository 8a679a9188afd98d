package io.polyhub.graphql;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may ask (the Fetch standard, section "CORS protocol"). Pure.
 *
 * <p>Nothing here is done for cookies: clients show tokens, which a page must have to send them.
 */
final class Cors {

  private static final String ANY = "*";
  private static final String PREFLIGHT_SECONDS = "600";

  private final List<String> origins;

  Cors(List<String> origins) {
    this.origins = origins;
  }

  private boolean allows(String origin) {
    return origins.contains(ANY) || origins.contains(origin);
  }

  /** The headers to add to any answer. */
  Map<String, String> headers(@Nullable String origin) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (!origins.isEmpty()) {
      headers.put("Vary", "Origin");
    }
    if (origin != null && allows(origin)) {
      headers.put("Access-Control-Allow-Origin", origins.contains(ANY) ? ANY : origin);
    }
    return headers;
  }

  /** The answer to a preflight request, to which {@link #headers} are added. */
  HttpReply preflight(@Nullable String origin, String methods) {
    HttpReply reply = HttpReply.empty(HttpReply.NO_CONTENT).with("Allow", methods);
    if (origin == null || !allows(origin)) {
      return reply;
    }
    return reply
        .with("Access-Control-Allow-Methods", methods)
        .with(
            "Access-Control-Allow-Headers",
            "Accept, Authorization, Content-Type, Last-Event-ID, " + Streams.TOKEN_HEADER)
        .with("Access-Control-Max-Age", PREFLIGHT_SECONDS);
  }
}
