package io.polyhub.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Finds the user in a certificate. */
final class CertificateReader {

  private CertificateReader() {}

  /** Returns the user, or nothing if that part is missing, empty or too long. */
  static Optional<String> user(X509Certificate certificate, CertificateConfig.UserFrom from) {
    Optional<String> user =
        switch (from) {
          case COMMON_NAME -> commonName(certificate);
          // The numbers are those of GeneralName (RFC 5280 section 4.2.1.6).
          case EMAIL -> alternativeName(certificate, 1);
          case DNS_NAME -> alternativeName(certificate, 2);
          case URI -> alternativeName(certificate, 6);
        };
    return user.filter(text -> !text.isBlank() && Identity.isUserName(text));
  }

  /** The one common name. Of two, an authority may have looked at the other one only. */
  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      List<Object> names = new ArrayList<>();
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        Attribute name = part.toAttributes().get("CN");
        if (name != null) {
          names.addAll(Collections.list(name.getAll()));
        }
      }
      return names.size() == 1 && names.getFirst() instanceof String text
          ? Optional.of(text)
          : Optional.empty();
    } catch (NamingException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<String> alternativeName(X509Certificate certificate, int type) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names == null) {
        return Optional.empty();
      }
      for (List<?> name : names) {
        if (name.getFirst() instanceof Integer found
            && found == type
            && name.getLast() instanceof String text) {
          return Optional.of(text);
        }
      }
      return Optional.empty();
    } catch (CertificateParsingException malformed) {
      return Optional.empty();
    }
  }
}
