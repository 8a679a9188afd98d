package io.polyhub.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Reads what keys and certificates lie in, in PEM (RFC 7468). Any thread; blocks. */
public final class PemFile {

  /** The largest file of keys, certificates or secrets. */
  public static final int MAX_BYTES = 1024 * 1024;

  /** The largest file of revocation lists, which grow with what they list. */
  public static final int MAX_LIST_BYTES = 16 * 1024 * 1024;

  private static final String LIST = "X509 CRL";

  private PemFile() {}

  /**
   * Reads the certificates, in order.
   *
   * @throws UnusableFileException if there is none, or one that cannot be read
   */
  public static List<X509Certificate> certificates(Path file) throws UnusableFileException {
    String expected = "certificates in PEM";
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem block : Pem.blocks(text(file))) {
      if (block.label().equals("CERTIFICATE")) {
        try {
          certificates.add(
              (X509Certificate)
                  factory().generateCertificate(new ByteArrayInputStream(block.der())));
        } catch (GeneralSecurityException | IllegalArgumentException damaged) {
          throw new UnusableFileException(file, "a damaged certificate", expected);
        }
      } else if (block.label().equals(LIST)) {
        throw new UnusableFileException(
            file, "a revocation list", expected + ", and revocation lists in crlFiles");
      }
    }
    if (certificates.isEmpty()) {
      throw new UnusableFileException(file, "no certificate", expected);
    }
    return List.copyOf(certificates);
  }

  /**
   * Reads a private key: PKCS #8, PKCS #1 or SEC 1, not encrypted.
   *
   * @throws UnusableFileException if there is none, or it cannot be read
   */
  public static PrivateKey privateKey(Path file) throws UnusableFileException {
    try {
      return PrivateKeys.read(text(file), file.toString());
    } catch (PrivateKeys.Refused refused) {
      throw new UnusableFileException(file, refused.found(), refused.expected());
    }
  }

  /**
   * Reads revocation lists: any number in PEM, or one in DER, as authorities publish them.
   *
   * @throws UnusableFileException if there is none, or one that cannot be read
   */
  public static List<X509CRL> revocationLists(Path file) throws UnusableFileException {
    String expected = "revocation lists (X509 CRL) in PEM, or one in DER";
    byte[] bytes = bytes(file, MAX_LIST_BYTES);
    try {
      List<X509CRL> lists = new ArrayList<>();
      for (Pem block : Pem.blocks(new String(bytes, StandardCharsets.ISO_8859_1))) {
        if (block.label().equals(LIST)) {
          lists.add(list(block.der()));
        }
      }
      if (lists.isEmpty()) {
        lists.add(list(bytes));
      }
      return List.copyOf(lists);
    } catch (GeneralSecurityException | IllegalArgumentException damaged) {
      throw new UnusableFileException(file, "no list that can be read", expected);
    }
  }

  private static X509CRL list(byte[] der) throws GeneralSecurityException {
    CRL list = factory().generateCRL(new ByteArrayInputStream(der));
    return (X509CRL) list;
  }

  private static CertificateFactory factory() throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509");
  }

  /**
   * Reads a secret that lies in a file by itself. Blanks around it do not count.
   *
   * @throws UnusableFileException if there is none, or it cannot be read
   */
  public static String secret(Path file) throws UnusableFileException {
    String secret = text(file).strip();
    if (secret.isEmpty()) {
      throw new UnusableFileException(file, "nothing", "a secret");
    }
    return secret;
  }

  /**
   * Reads a text.
   *
   * @throws UnusableFileException if it cannot be read, or is too large
   */
  public static String text(Path file) throws UnusableFileException {
    return new String(bytes(file, MAX_BYTES), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Path file, int limit) throws UnusableFileException {
    try {
      if (Files.size(file) > limit) {
        throw new UnusableFileException(file, "too much", "at most " + limit + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (UnusableFileException tooLarge) {
      throw tooLarge;
    } catch (IOException absent) {
      throw new UnusableFileException(file, "no such file", "a file that can be read");
    }
  }
}
