package io.polyhub.websocket;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.polyhub.identity.TlsFiles;
import java.io.IOException;

/** Makes Netty's TLS settings of our files. */
final class Tls {

  private Tls() {}

  /**
   * TLS 1.2 and 1.3. Clients may show a certificate if there are authorities to judge it by.
   *
   * @throws IOException if the files cannot be read or do not hold what they should
   */
  static SslContext server(TlsFiles files) throws IOException {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(
                  files.certificateChain().toFile(), files.privateKey().toFile())
              .protocols("TLSv1.3", "TLSv1.2");
      if (files.clientAuthorities() != null) {
        builder.trustManager(files.clientAuthorities().toFile()).clientAuth(ClientAuth.OPTIONAL);
      }
      return builder.build();
    } catch (IllegalArgumentException unusable) {
      throw new IOException("TLS files cannot be used: " + files, unusable);
    }
  }
}
