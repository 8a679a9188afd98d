package io.polyhub.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.polyhub.web.LandingPage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Judges the requests that want to open a WebSocket (RFC 6455 section 4.2.1). Pure. */
final class WebSocketHandshake {

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private final Map<String, WebSocketSubprotocol> byPath;
  private final LandingPage landing;
  private final WebGate gate;
  private final boolean compression;

  WebSocketHandshake(
      List<WebSocketSubprotocol> subprotocols,
      List<HttpRoute> routes,
      WebGate gate,
      boolean compression) {
    Map<String, WebSocketSubprotocol> paths = new HashMap<>();
    for (WebSocketSubprotocol subprotocol : subprotocols) {
      if (paths.put(subprotocol.path(), subprotocol) != null) {
        throw new IllegalArgumentException(
            "path: " + subprotocol.path() + " (expected: one subprotocol for each path)");
      }
    }
    byPath = Map.copyOf(paths);
    Stream<LandingPage.Entry> opened =
        subprotocols.stream().map(each -> entry(each.path(), each.summary()));
    Stream<LandingPage.Entry> asked =
        routes.stream().map(each -> entry(each.path(), each.summary()));
    landing =
        new LandingPage(
            "Polyhub: WebSocket door",
            Stream.concat(opened, asked)
                .sorted(Comparator.comparing(LandingPage.Entry::path))
                .toList());
    this.gate = gate;
    this.compression = compression;
  }

  private static LandingPage.Entry entry(String path, String summary) {
    return new LandingPage.Entry(path, summary, false);
  }

  /** What is to be answered. */
  sealed interface Answer {

    /**
     * The connection is opened.
     *
     * @param accept the value of {@code Sec-WebSocket-Accept}
     * @param name the subprotocol's name agreed on, or null
     * @param extensions the value of {@code Sec-WebSocket-Extensions}, or null
     */
    record Opened(
        WebSocketSubprotocol subprotocol,
        String accept,
        @Nullable String name,
        @Nullable String extensions,
        Map<String, String> query)
        implements Answer {}

    /**
     * Somebody looks at what is here.
     *
     * @param headOnly whether no body is wanted
     */
    record Landing(LandingPage.Answer page, boolean headOnly) implements Answer {}

    /** The request is refused. */
    record Refused(HttpResponseStatus status, Map<String, String> headers) implements Answer {}
  }

  /** Whether a subprotocol has the path. */
  boolean serves(String path) {
    return byPath.containsKey(path);
  }

  Answer judge(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return refused(statusOf(request.decoderResult().cause()));
    }
    HttpHeaders headers = request.headers();
    if (!HttpVersion.HTTP_1_1.equals(request.protocolVersion())
        || !HttpHeads.hasHost(headers)
        || announcesBody(request)) {
      return refused(HttpResponseStatus.BAD_REQUEST);
    }
    if (!gate.answersTo(headers.get(HttpHeaderNames.HOST))) {
      return refused(HttpResponseStatus.MISDIRECTED_REQUEST);
    }
    QueryStringDecoder uri = new QueryStringDecoder(request.uri(), StandardCharsets.UTF_8);
    WebSocketSubprotocol subprotocol;
    Map<String, String> query;
    try {
      subprotocol = byPath.get(uri.path());
      query = HttpHeads.firstValues(uri.parameters());
    } catch (IllegalArgumentException malformedEscape) {
      return refused(HttpResponseStatus.BAD_REQUEST);
    }
    if (subprotocol == null && uri.path().equals(LandingPage.PATH)) {
      return land(request);
    }
    if (subprotocol == null) {
      return refused(HttpResponseStatus.NOT_FOUND);
    }
    if (!HttpMethod.GET.equals(request.method())) {
      return new Answer.Refused(HttpResponseStatus.METHOD_NOT_ALLOWED, Map.of("Allow", "GET"));
    }
    return judgeUpgrade(headers, subprotocol, query);
  }

  private Answer land(HttpRequest request) {
    boolean headOnly = HttpMethod.HEAD.equals(request.method());
    return headOnly || HttpMethod.GET.equals(request.method())
        ? new Answer.Landing(
            landing.answer(request.headers().get(HttpHeaderNames.ACCEPT)), headOnly)
        : new Answer.Refused(HttpResponseStatus.METHOD_NOT_ALLOWED, Map.of("Allow", "GET, HEAD"));
  }

  /**
   * A request for a WebSocket has no body; one that has any, or says so in whatever way, is refused
   * without waiting for it.
   */
  static boolean announcesBody(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || !(lengths.isEmpty() || lengths.equals(List.of("0")));
  }

  private Answer judgeUpgrade(
      HttpHeaders headers, WebSocketSubprotocol subprotocol, Map<String, String> query) {
    if (!headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
      return new Answer.Refused(
          HttpResponseStatus.UPGRADE_REQUIRED,
          Map.of("Upgrade", "websocket", "Connection", "Upgrade"));
    }
    if (!List.of("13").equals(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return new Answer.Refused(
          HttpResponseStatus.UPGRADE_REQUIRED, Map.of("Sec-WebSocket-Version", "13"));
    }
    List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (keys.size() != 1 || !isKey(keys.getFirst())) {
      return refused(HttpResponseStatus.BAD_REQUEST);
    }
    String host = String.valueOf(headers.get(HttpHeaderNames.HOST));
    List<String> origin = headers.getAll(HttpHeaderNames.ORIGIN);
    if (origin.size() > 1
        || !isPageAllowed(origin.isEmpty() ? null : origin.getFirst(), host, subprotocol)) {
      return refused(HttpResponseStatus.FORBIDDEN);
    }
    Optional<String> name = agreeOnName(headers, subprotocol.names());
    if (name.isEmpty() && subprotocol.nameRequired()) {
      return refused(HttpResponseStatus.BAD_REQUEST);
    }
    Optional<String> extensions = Optional.empty();
    if (compression) {
      List<String> offers = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
      extensions = Deflation.negotiate(String.join(",", offers));
    }
    return new Answer.Opened(
        subprotocol, accept(keys.getFirst()), name.orElse(null), extensions.orElse(null), query);
  }

  private boolean isPageAllowed(
      @Nullable String origin, String host, WebSocketSubprotocol subprotocol) {
    OptionalInt pagePort = subprotocol.pagePort();
    return (origin != null
            && pagePort.isPresent()
            && Origins.isOfHostAndPort(origin, host, pagePort.getAsInt()))
        || gate.allowsPage(origin, host);
  }

  private static Optional<String> agreeOnName(HttpHeaders headers, List<String> known) {
    for (String line : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String name : line.split(",", -1)) {
        if (known.contains(name.strip())) {
          return Optional.of(name.strip());
        }
      }
    }
    return Optional.empty();
  }

  private static HttpResponseStatus statusOf(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return HttpResponseStatus.REQUEST_URI_TOO_LONG;
    }
    return cause instanceof TooLongHttpHeaderException
        ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        : HttpResponseStatus.BAD_REQUEST;
  }

  private static Answer refused(HttpResponseStatus status) {
    return new Answer.Refused(status, Map.of());
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  /** Section 4.2.2, item 5.4. */
  static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this Java has no SHA-1", missing);
    }
  }
}
