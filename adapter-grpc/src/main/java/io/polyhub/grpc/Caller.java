package io.polyhub.grpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.polyhub.identity.Credentials;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, by what its metadata and its connection show.
 *
 * @param credentials the token of the metadata, or else the certificate of the connection
 * @param address where it comes from, if known
 */
record Caller(Credentials credentials, @Nullable SocketAddress address) {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  static Caller of(ServerCall<?, ?> call, Metadata metadata) {
    return new Caller(
        credentials(call, metadata), call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
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
