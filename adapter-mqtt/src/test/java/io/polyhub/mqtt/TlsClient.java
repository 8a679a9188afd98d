package io.polyhub.mqtt;

import io.polyhub.identity.TestCertificates;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What clients need to speak TLS to a door with test certificates. */
final class TlsClient {

  private static final char[] PASSWORD = "for tests alone".toCharArray();

  private TlsClient() {}

  /** Trusts the test authority and shows no certificate. */
  static SSLSocketFactory trusting(TestCertificates certificates) throws Exception {
    return factory(certificates, null);
  }

  /** Trusts the test authority and shows the certificate of that name. */
  static SSLSocketFactory showing(TestCertificates certificates, String name) throws Exception {
    KeyStore keys =
        KeyStore.getInstance(certificates.folder().resolve("keys.p12").toFile(), PASSWORD);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, PASSWORD);
    own.setKeyEntry(
        name, keys.getKey(name, PASSWORD), PASSWORD, new Certificate[] {certificates.read(name)});
    KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
    shown.init(own, PASSWORD);
    return factory(certificates, shown);
  }

  private static SSLSocketFactory factory(
      TestCertificates certificates, @Nullable KeyManagerFactory shown) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("ca", certificates.read("ca"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shown == null ? null : shown.getKeyManagers(), trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }
}
