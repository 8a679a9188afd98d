package io.polyhub.http;

import io.polyhub.websocket.WebGate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may ask (the Fetch standard, section "CORS protocol"). Safe for any
 * thread.
 *
 * <p>Nothing here is done for cookies: clients show tokens, which a page must have to send them. So
 * a page that may ask may send whatever headers it likes.
 */
public final class Cors {

  public static final String REQUEST_ID = "X-Request-Id";

  private static final String ANY = "*";
  private static final String PREFLIGHT_SECONDS = "600";
  private static final String STANDARD_HEADERS =
      "Accept, Authorization, Content-Type, Last-Event-ID";
  private static final int MAX_HEADERS_LENGTH = 1024;
  private static final Pattern HEADERS =
      Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+( ?, ?[A-Za-z0-9!#$%&'*+.^_`|~-]+)*");

  private final WebGate gate;
  private final String standardHeaders;

  /**
   * Makes the rules of a listener.
   *
   * @param ownHeader a header of requests that its protocol has beside the usual ones
   */
  public Cors(WebGate gate, String ownHeader) {
    this.gate = gate;
    standardHeaders = STANDARD_HEADERS + ", " + ownHeader;
  }

  /** The headers to add to any answer. */
  public Map<String, String> headers(@Nullable String origin, String host) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (gate.looksAtOrigins()) {
      headers.put("Vary", "Origin");
    }
    if (origin != null && gate.allowsPage(origin, host)) {
      headers.put("Access-Control-Allow-Origin", gate.allowsEveryPage() ? ANY : origin);
      headers.put("Access-Control-Expose-Headers", "WWW-Authenticate, " + REQUEST_ID);
    }
    return headers;
  }

  /**
   * The answer to a preflight request, to which {@link #headers} are added.
   *
   * @param asked the headers that the page wants to send, or null
   */
  public HttpReply preflight(
      @Nullable String origin, String host, @Nullable String asked, String methods) {
    HttpReply reply = HttpReply.empty(HttpReply.NO_CONTENT).with("Allow", methods);
    if (origin == null || !gate.allowsPage(origin, host)) {
      return reply;
    }
    String allowed = standardHeaders;
    if (asked != null && asked.length() <= MAX_HEADERS_LENGTH && HEADERS.matcher(asked).matches()) {
      allowed = asked;
    }
    return reply
        .with("Access-Control-Allow-Methods", methods)
        .with("Access-Control-Allow-Headers", allowed)
        .with("Access-Control-Max-Age", PREFLIGHT_SECONDS);
  }
}
