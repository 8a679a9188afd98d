package io.polyhub.websocket;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;

/**
 * What answers HTTP requests on a path of the WebSocket port. Requests that open a WebSocket go to
 * the {@link WebSocketSubprotocol} of the path instead.
 *
 * <p>The port has checked the request when it reaches a route: its framing (RFC 9112 sections 6 and
 * 7), its {@code Host}, that its {@code Origin} is allowed, its method and the length of its body.
 * It answers preflight requests (Fetch standard, "CORS protocol") and adds the headers by which
 * pages of allowed origins may read the answer.
 */
public interface HttpRoute {

  /**
   * The path, beginning with a slash and compared exactly; one that ends with a slash takes all
   * paths that begin with it. The longest that fits wins.
   */
  String path();

  /** What is done there, in a few plain words for people who look at the port. */
  String summary();

  /** The methods that are taken; others are answered 405. {@code OPTIONS} is the port's own. */
  Set<HttpMethod> methods();

  /** The longest body that is taken, in bytes; longer ones are answered 413. */
  int maxBodyBytes();

  /**
   * Answers a request, now or later. Called in the channel's event loop, which it must not block;
   * must not throw.
   */
  void accept(HttpCall call);
}
