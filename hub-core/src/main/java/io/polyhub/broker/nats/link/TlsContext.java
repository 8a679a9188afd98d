package io.polyhub.broker.nats.link;

import io.polyhub.files.CertifiedKey;
import io.polyhub.files.PemFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Makes what TLS needs of PEM files. */
final class TlsContext {

  private TlsContext() {}

  /**
   * Returns the context.
   *
   * @throws IOException if a file cannot be read, or does not hold what it should
   */
  static SSLContext of(LinkTls tls) throws IOException {
    Path authorities = tls.authorities();
    Path certificate = tls.certificate();
    Path privateKey = tls.privateKey();
    try {
      TrustManager[] trust =
          authorities == null ? null : CertifiedKey.trusting(PemFile.certificates(authorities));
      KeyManager[] keys =
          certificate == null || privateKey == null
              ? null
              : CertifiedKey.load(certificate, privateKey, Instant.now()).managers();
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException unusable) {
      throw new IOException("TLS files cannot be used: " + unusable.getMessage(), unusable);
    }
  }
}
