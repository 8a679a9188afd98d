package io.polyhub.broker.nats;

import io.polyhub.broker.nats.NatsConfig.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes what TLS needs of PEM files. */
final class TlsContext {

  private static final char[] NO_PASSWORD = {};
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  private TlsContext() {}

  /**
   * Returns the context.
   *
   * @throws IOException if a file cannot be read
   * @throws GeneralSecurityException if it does not hold what it should
   */
  static SSLContext of(Tls tls) throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    Path authorities = tls.authorities();
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(authorities == null ? null : trusted(authorities));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    Path certificate = tls.certificate();
    Path privateKey = tls.privateKey();
    if (certificate != null && privateKey != null) {
      KeyStore own = empty();
      own.setKeyEntry(
          "own",
          key(privateKey),
          NO_PASSWORD,
          certificates(certificate).toArray(Certificate[]::new));
      keys.init(own, NO_PASSWORD);
    } else {
      keys.init(null, NO_PASSWORD);
    }
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static KeyStore trusted(Path authorities) throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    int number = 0;
    for (Certificate authority : certificates(authorities)) {
      store.setCertificateEntry("authority-" + number++, authority);
    }
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    String pem = Files.readString(file);
    String begin = "-----BEGIN PRIVATE KEY-----";
    int start = pem.indexOf(begin);
    int end = pem.indexOf("-----END PRIVATE KEY-----");
    if (start < 0 || end < start) {
      throw new InvalidKeyException(
          "key in " + file + ": not understood (expected: PKCS #8 in PEM, not encrypted)");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(start + begin.length(), end));
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException another) {
        // The next kind of key is tried.
      }
    }
    throw new InvalidKeyException(
        "key in " + file + ": of another kind (expected: RSA, EC or Ed25519)");
  }
}
