package io.polyhub.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.polyhub.net.Entrance;
import io.polyhub.net.Lease;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what a request says whatever it asks for: headers, and whose it is. */
public final class Requests {

  private Requests() {}

  /** A header's value, of several the first, or null. */
  public static @Nullable String header(ServerRequest request, HeaderName name) {
    return request.headers().contains(name) ? request.headers().get(name).get() : null;
  }

  public static Accepts accepts(ServerRequest request) {
    return Accepts.of(
        request.headers().contains(HeaderNames.ACCEPT)
            ? request.headers().get(HeaderNames.ACCEPT).allValues()
            : List.of());
  }

  /** The certificate that the client has shown on its TLS connection, or null. */
  public static @Nullable X509Certificate certificate(ServerRequest request) {
    return request
        .remotePeer()
        .tlsCertificates()
        .filter(chain -> chain.length > 0)
        .map(chain -> chain[0] instanceof X509Certificate x509 ? x509 : null)
        .orElse(null);
  }

  /** Whose request it is, by what trusted proxies say. */
  public static SocketAddress client(ServerRequest request, Entrance entrance) {
    return request.remotePeer().address() instanceof InetSocketAddress peer
        ? entrance.client(peer, request.localPeer().address(), forwarded(request))
        : InetSocketAddress.createUnresolved(
            request.remotePeer().host(), request.remotePeer().port());
  }

  /**
   * Counts an open answer among its client's connections, where a proxy carries it.
   *
   * @return a lease to be closed with it; nothing if the client's address has too many
   */
  public static Optional<Lease> enter(ServerRequest request, Entrance entrance) {
    return request.remotePeer().address() instanceof InetSocketAddress peer
            && client(request, entrance) instanceof InetSocketAddress client
        ? entrance.enter(peer, request.localPeer().address(), client)
        : Optional.of(Lease.NONE);
  }

  private static List<String> forwarded(ServerRequest request) {
    return request.headers().contains(HeaderNames.X_FORWARDED_FOR)
        ? request.headers().get(HeaderNames.X_FORWARDED_FOR).allValues()
        : List.of();
  }
}
