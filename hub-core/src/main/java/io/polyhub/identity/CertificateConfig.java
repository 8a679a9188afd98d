package io.polyhub.identity;

import java.util.List;

/**
 * How client certificates become identities. Whom to trust is set for each door, in its {@link
 * TlsFiles#clientAuthorities}.
 *
 * @param userFrom which part of the certificate names the user
 * @param grants what clients with a certificate may do
 */
public record CertificateConfig(UserFrom userFrom, List<Grant> grants) {

  /** A part of a certificate. */
  public enum UserFrom {
    /** The subject's common name. */
    COMMON_NAME,
    /** The first alternative name that is a DNS name. */
    DNS_NAME,
    /** The first alternative name that is an e-mail address. */
    EMAIL,
    /** The first alternative name that is a URI, as SPIFFE uses it. */
    URI
  }

  public CertificateConfig {
    grants = List.copyOf(grants);
  }
}
