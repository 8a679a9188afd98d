package io.polyhub.websocket;

import java.util.Locale;

/**
 * The ways by which the Centrifuge protocol is carried: on WebSocket, and on HTTP where a network
 * does not let WebSocket pass. On unidirectional ones a client says once what it wants, and then
 * only listens.
 */
public enum CentrifugeTransport {
  WEBSOCKET(false, false),
  /** Replies on the lines of an answer without end; commands by {@code POST /emulation}. */
  HTTP_STREAM(true, false),
  /** Replies as server-sent events; commands by {@code POST /emulation}. */
  SSE(true, false),
  UNI_WEBSOCKET(false, true),
  UNI_HTTP_STREAM(true, true),
  UNI_SSE(true, true);

  private final boolean streamed;
  private final boolean unidirectional;

  CentrifugeTransport(boolean streamed, boolean unidirectional) {
    this.streamed = streamed;
    this.unidirectional = unidirectional;
  }

  /** What metrics and the hub call it. */
  public String door() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where it is served. */
  public String path() {
    return "/connection/" + door();
  }

  /** Whether it is an answer to an HTTP request. */
  boolean streamed() {
    return streamed;
  }

  boolean unidirectional() {
    return unidirectional;
  }

  /** Whether commands come by other requests than the one whose answer the client reads. */
  boolean emulated() {
    return streamed && !unidirectional;
  }
}
