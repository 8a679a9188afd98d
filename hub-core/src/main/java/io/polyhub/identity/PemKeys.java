package io.polyhub.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.KeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads public keys in PEM (RFC 7468). */
public final class PemKeys {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");

  private PemKeys() {}

  /**
   * Reads the public keys and the keys of the certificates in the text, in order.
   *
   * @throws IllegalArgumentException if there is none, or one that cannot be read
   */
  public static List<PublicKey> publicKeys(String pem) {
    List<PublicKey> keys = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(pem);
    while (blocks.find()) {
      byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
      switch (blocks.group(1)) {
        case "PUBLIC KEY" -> {
          KeySpec spec = new X509EncodedKeySpec(der);
          keys.add(read("a public key", factory -> factory.generatePublic(spec)));
        }
        case "CERTIFICATE" -> keys.add(ofCertificate(blocks.group()));
        default ->
            throw new IllegalArgumentException(
                "key: " + blocks.group(1) + " (expected: PUBLIC KEY or CERTIFICATE)");
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("key: no PEM (expected: a public key)");
    }
    return List.copyOf(keys);
  }

  private interface Reading<K> {
    K read(KeyFactory factory) throws GeneralSecurityException;
  }

  /** Tries each kind: the encoding names it, but no class of the JDK tells us. */
  private static <K> K read(String what, Reading<K> reading) {
    IllegalArgumentException unreadable =
        new IllegalArgumentException("key: not readable (expected: " + what + " of " + KINDS + ")");
    for (String kind : KINDS) {
      try {
        return reading.read(KeyFactory.getInstance(kind));
      } catch (GeneralSecurityException otherKind) {
        unreadable.addSuppressed(otherKind);
      }
    }
    throw unreadable;
  }

  private static PublicKey ofCertificate(String pem) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
          .getPublicKey();
    } catch (GeneralSecurityException malformed) {
      throw new IllegalArgumentException("key: not readable (expected: a certificate)", malformed);
    }
  }
}
