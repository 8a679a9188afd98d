package io.polyhub.websocket;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.polyhub.identity.LiveTls;

/** Makes Netty's TLS settings of a door's. */
public final class DoorTls {

  private DoorTls() {}

  /**
   * TLS 1.2 and 1.3, which follow the door's files. Clients may show a certificate if there are
   * authorities to judge it by.
   */
  public static SslContext netty(LiveTls tls) {
    return new JdkSslContext(
        tls.context(),
        false,
        LiveTls.CIPHER_SUITES,
        SupportedCipherSuiteFilter.INSTANCE,
        ApplicationProtocolConfig.DISABLED,
        tls.asksClients() ? ClientAuth.OPTIONAL : ClientAuth.NONE,
        LiveTls.PROTOCOLS.toArray(String[]::new),
        false);
  }
}
