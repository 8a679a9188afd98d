package io.polyhub.files;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys as operators have them: PKCS #8 ({@code PRIVATE KEY}), PKCS #1 ({@code RSA
 * PRIVATE KEY}) and SEC 1 ({@code EC PRIVATE KEY}), not encrypted.
 */
final class PrivateKeys {

  private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");

  private PrivateKeys() {}

  /** Why there is no key to be had: what was found, and what is wanted instead. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final String found;
    private final String expected;

    Refused(String found, String expected) {
      super(found, null, false, false);
      this.found = found;
      this.expected = expected;
    }

    String found() {
      return found;
    }

    String expected() {
      return expected;
    }
  }

  /**
   * Returns the first private key of the text.
   *
   * @param name the file, as a command may name it
   */
  static PrivateKey read(String text, String name) throws Refused {
    byte[] parameters = null;
    for (Pem block : Pem.blocks(text)) {
      if (block.label().equals("EC PARAMETERS")) {
        parameters = der(block, name);
      } else if (block.label().endsWith("PRIVATE KEY")) {
        return read(block, parameters, name);
      }
    }
    throw new Refused("no private key", "PEM with PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY");
  }

  private static PrivateKey read(Pem block, byte @Nullable [] parameters, String name)
      throws Refused {
    if (block.isEncrypted() || block.label().equals("ENCRYPTED PRIVATE KEY")) {
      throw new Refused(
          "an encrypted key (" + block.label() + ")",
          "one that is not encrypted, as this makes it: openssl pkey -in "
              + name
              + " -out "
              + name
              + ".plain");
    }
    try {
      return switch (block.label()) {
        case "PRIVATE KEY" -> ofPkcs8(der(block, name), block, name);
        case "RSA PRIVATE KEY" -> ofPkcs8(Der.ofPkcs1(der(block, name)), block, name);
        case "EC PRIVATE KEY" -> ofPkcs8(Der.ofSec1(der(block, name), parameters), block, name);
        case "OPENSSH PRIVATE KEY" ->
            throw new Refused(
                "a key of OpenSSH (OPENSSH PRIVATE KEY)",
                "PKCS #8, as this makes it of a copy: ssh-keygen -p -N '' -m PKCS8 -f " + name);
        default ->
            throw new Refused("a key of another kind (" + block.label() + ")", "RSA, EC or EdDSA");
      };
    } catch (IllegalArgumentException damaged) {
      throw unreadable(block, name);
    }
  }

  private static byte[] der(Pem block, String name) throws Refused {
    try {
      return block.der();
    } catch (IllegalArgumentException notBase64) {
      throw unreadable(block, name);
    }
  }

  private static Refused unreadable(Pem block, String name) {
    return new Refused(
        "a key that cannot be read (" + block.label() + ")",
        "a key of RSA, EC with a named curve, or EdDSA, as this shows it: openssl pkey -noout -text"
            + " -in "
            + name);
  }

  /** Tries each kind: the encoding names it, but no class of the JDK tells us. */
  private static PrivateKey ofPkcs8(byte[] der, Pem block, String name) throws Refused {
    for (String kind : KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException otherKind) {
        // The next kind is tried.
      }
    }
    throw unreadable(block, name);
  }
}
