package io.polyhub.websocket;

import io.polyhub.identity.Credentials;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a client opened its WebSocket.
 *
 * @param path the path asked for, decoded, without the query
 * @param subprotocol the name agreed on, or null if none was
 * @param query the query's parameters, decoded; of a repeated one the first
 * @param origin the {@code Origin} header, already found to be allowed, or null
 * @param authorization the {@code Authorization} header, or null; a secret
 * @param certificate the client's certificate, checked by the TLS layer, or null
 * @param remoteAddress where it comes from, by what trusted proxies say
 */
public record WebSocketOpening(
    String path,
    @Nullable String subprotocol,
    Map<String, String> query,
    @Nullable String origin,
    @Nullable String authorization,
    @Nullable X509Certificate certificate,
    SocketAddress remoteAddress) {

  public WebSocketOpening {
    query = Map.copyOf(query);
  }

  /** The token of an {@code Authorization: Bearer} header, or null. */
  public @Nullable String bearerToken() {
    return Credentials.Token.bearer(authorization);
  }

  @Override
  public String toString() {
    return "WebSocketOpening[" + path + ", " + subprotocol + ", " + remoteAddress + "]";
  }
}
