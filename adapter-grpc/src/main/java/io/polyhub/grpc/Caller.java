package io.polyhub.grpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.polyhub.identity.Credentials;
import io.polyhub.net.Entrance;
import io.polyhub.net.Lease;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, by what its metadata and its connection show.
 *
 * @param credentials the token of the metadata, or else the certificate of the connection
 * @param connection the ends of the connection that it came by, or null if they are not known
 * @param address where it comes from by what trusted proxies say, if known
 */
record Caller(
    Credentials credentials, @Nullable Ends connection, @Nullable InetSocketAddress address) {

  /** The two ends of a connection. */
  record Ends(InetSocketAddress peer, SocketAddress local) {}

  private static final Metadata.Key<String> FORWARDED_FOR =
      Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  static Caller of(ServerCall<?, ?> call, Metadata metadata, Entrance entrance) {
    Credentials credentials = credentials(call, metadata);
    SocketAddress local = call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
    if (!(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
            instanceof InetSocketAddress peer)
        || local == null) {
      return new Caller(credentials, null, null);
    }
    Iterable<String> told = metadata.getAll(FORWARDED_FOR);
    List<String> forwarded = new ArrayList<>();
    if (told != null) {
      told.forEach(forwarded::add);
    }
    return new Caller(credentials, new Ends(peer, local), entrance.client(peer, local, forwarded));
  }

  /**
   * Counts a stream among its client's connections, where a proxy carries it.
   *
   * @return a lease to be closed with the stream; nothing if the client's address has too many
   */
  Optional<Lease> enter(Entrance entrance) {
    return connection == null || address == null
        ? Optional.of(Lease.NONE)
        : entrance.enter(connection.peer(), connection.local(), address);
  }

  private static Credentials credentials(ServerCall<?, ?> call, Metadata metadata) {
    String authorization = metadata.get(AUTHORIZATION);
    if (authorization != null) {
      String bearer = Credentials.Token.bearer(authorization);
      // Another scheme is a token that nobody can verify, not the absence of one.
      return new Credentials.Token(bearer == null ? "" : bearer);
    }
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return new Credentials.None();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? new Credentials.Certificate(certificate)
          : new Credentials.None();
    } catch (SSLPeerUnverifiedException noneShown) {
      return new Credentials.None();
    }
  }
}
