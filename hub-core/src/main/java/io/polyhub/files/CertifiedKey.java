package io.polyhub.files;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate with its key, by which one side of TLS says who it is.
 *
 * @param chain the certificate, then the intermediate ones
 * @param key the certificate's key
 */
public record CertifiedKey(List<X509Certificate> chain, PrivateKey key) {

  private static final char[] NO_PASSWORD = {};

  public CertifiedKey {
    chain = List.copyOf(chain);
  }

  /**
   * Reads both, and checks that the key belongs to the certificate, the chain hangs together, and
   * the certificate's time has begun and is not over.
   *
   * @throws UnusableFileException if not; it names the file
   */
  public static CertifiedKey load(Path chainFile, Path keyFile, Instant now)
      throws UnusableFileException {
    List<X509Certificate> chain = PemFile.certificates(chainFile);
    PrivateKey key = PemFile.privateKey(keyFile);
    X509Certificate own = chain.getFirst();
    if (!isPair(own, key)) {
      throw new UnusableFileException(
          keyFile,
          "a key that does not belong to the first certificate in " + chainFile,
          "the key of that certificate");
    }
    Instant end = own.getNotAfter().toInstant();
    Instant begin = own.getNotBefore().toInstant();
    if (!end.isAfter(now) || begin.isAfter(now)) {
      throw new UnusableFileException(
          chainFile,
          end.isAfter(now) ? "a certificate that begins at " + begin : "one that ended at " + end,
          "a certificate that is in force");
    }
    for (int i = 1; i < chain.size(); i++) {
      if (!chain
          .get(i - 1)
          .getIssuerX500Principal()
          .equals(chain.get(i).getSubjectX500Principal())) {
        throw new UnusableFileException(
            chainFile,
            "as certificate " + (i + 1) + " another than the issuer of the one before",
            "the own certificate, then each one's issuer in order");
      }
    }
    return new CertifiedKey(chain, key);
  }

  private static boolean isPair(X509Certificate certificate, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    byte[] text = {1, 2, 3};
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(text);
      byte[] signature = signing.sign();
      signing.initVerify(certificate.getPublicKey());
      signing.update(text);
      return signing.verify(signature);
    } catch (GeneralSecurityException otherKind) {
      return false;
    }
  }

  /** What a context is given to show the certificate. */
  public KeyManager[] managers() throws GeneralSecurityException, IOException {
    KeyStore own = emptyStore();
    own.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, NO_PASSWORD);
    return keys.getKeyManagers();
  }

  /** What a context is given to trust certificates of these authorities. */
  public static TrustManager[] trusting(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = emptyStore();
    for (int i = 0; i < authorities.size(); i++) {
      trusted.setCertificateEntry("authority-" + i, authorities.get(i));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    return trust.getTrustManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** Tells nothing of the key. */
  @Override
  public String toString() {
    return "CertifiedKey[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
