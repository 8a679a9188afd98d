package io.polyhub.identity;

import io.polyhub.files.CertifiedKey;
import io.polyhub.files.PemFile;
import io.polyhub.files.UnusableFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a door's TLS files hold, checked to fit.
 *
 * @param own the server's certificate and key
 * @param authorities whom to trust for client certificates
 * @param lists the authorities' revocation lists
 */
record TlsMaterial(CertifiedKey own, List<X509Certificate> authorities, List<X509CRL> lists) {

  static TlsMaterial load(TlsFiles files, Instant now) throws UnusableFileException {
    CertifiedKey own = CertifiedKey.load(files.certificateChain(), files.privateKey(), now);
    Path authoritiesFile = files.clientAuthorities();
    List<X509Certificate> authorities =
        authoritiesFile == null ? List.of() : PemFile.certificates(authoritiesFile);
    List<X509CRL> lists = new ArrayList<>();
    for (Path file : files.crlFiles()) {
      for (X509CRL list : PemFile.revocationLists(file)) {
        requireSigned(file, list, authorities);
        lists.add(list);
      }
    }
    if (!lists.isEmpty()
        && lists.stream().noneMatch(list -> authorities.stream().anyMatch(of -> isOf(list, of)))) {
      throw new UnusableFileException(
          files.crlFiles().getFirst(),
          "no list of an authority in " + authoritiesFile,
          "the list of each authority that clients' certificates are of");
    }
    return new TlsMaterial(own, authorities, List.copyOf(lists));
  }

  private static boolean isOf(X509CRL list, X509Certificate authority) {
    return authority.getSubjectX500Principal().equals(list.getIssuerX500Principal());
  }

  /** A list of an intermediate authority cannot be judged before its certificate is shown. */
  private static void requireSigned(Path file, X509CRL list, List<X509Certificate> authorities)
      throws UnusableFileException {
    boolean known = false;
    for (X509Certificate authority : authorities) {
      if (isOf(list, authority)) {
        known = true;
        try {
          list.verify(authority.getPublicKey());
          return;
        } catch (GeneralSecurityException byAnother) {
          // There may be another authority of that name.
        }
      }
    }
    if (known) {
      throw new UnusableFileException(
          file, "a list that its authority has not signed", "its authority's own list");
    }
  }

  /** Whether a list names the certificate. */
  boolean isListed(X509Certificate certificate) {
    for (X509CRL list : lists) {
      if (list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())
          && list.getRevokedCertificate(certificate.getSerialNumber()) != null) {
        return true;
      }
    }
    return false;
  }

  /** When the first of the lists is due to be replaced, or null if none says so. */
  @Nullable Instant listsDue() {
    Instant due = null;
    for (X509CRL list : lists) {
      if (list.getNextUpdate() != null) {
        Instant next = list.getNextUpdate().toInstant();
        due = due == null || next.isBefore(due) ? next : due;
      }
    }
    return due;
  }

  /**
   * Makes a context, which knows no session of before: whatever a client was given by another one,
   * a ticket or a session's id, is worth nothing here.
   */
  SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.managers(), authorities.isEmpty() ? null : trust(), null);
      return context;
    } catch (GeneralSecurityException unusable) {
      throw new IOException("TLS files cannot be used: " + unusable.getMessage(), unusable);
    }
  }

  private TrustManager[] trust() throws IOException, GeneralSecurityException {
    if (lists.isEmpty()) {
      return CertifiedKey.trusting(authorities);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(new CertPathTrustManagerParameters(withLists()));
    return trust.getTrustManagers();
  }

  /** RFC 5280 section 6.3, on these lists alone: what no list in force vouches for is refused. */
  private PKIXBuilderParameters withLists() throws GeneralSecurityException {
    Set<TrustAnchor> anchors = new HashSet<>();
    authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
    PKIXRevocationChecker checker =
        (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
    checker.setOptions(
        EnumSet.of(
            PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
    parameters.addCertPathChecker(checker);
    return parameters;
  }
}
