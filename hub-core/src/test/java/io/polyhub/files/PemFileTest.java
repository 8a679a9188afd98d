package io.polyhub.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys as the tools of operators write them. */
class PemFileTest {

  /** The name of P-256, in DER (RFC 5480 section 2.1.1.1). */
  private static final String P256 = "06082A8648CE3D030107";

  @TempDir Path folder;

  private Path write(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String block(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  private static ECPrivateKey ecKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return (ECPrivateKey) generator.generateKeyPair().getPrivate();
  }

  private static PrivateKey rsaKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair().getPrivate();
  }

  /** RFC 5915 section 3: the version, the number, and perhaps the curve. */
  private static byte[] sec1(ECPrivateKey key, boolean namesCurve) {
    byte[] number = new byte[32];
    byte[] digits = key.getS().toByteArray();
    int length = Math.min(digits.length, 32);
    System.arraycopy(digits, digits.length - length, number, 32 - length, length);
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.writeBytes(HexFormat.of().parseHex((namesCurve ? "3031" : "3025") + "0201010420"));
    der.writeBytes(number);
    if (namesCurve) {
      der.writeBytes(HexFormat.of().parseHex("A00A" + P256));
    }
    return der.toByteArray();
  }

  @Test
  void a_key_in_pkcs_8_is_read() throws Exception {
    PrivateKey key = rsaKey();

    assertThat(PemFile.privateKey(write("key.pem", block("PRIVATE KEY", key.getEncoded()))))
        .isEqualTo(key);
  }

  @Test
  void a_key_in_pkcs_1_is_read() throws Exception {
    PrivateKey key = rsaKey();
    // Before it PKCS #8 has the headers of two sequences, the version, the algorithm and a header.
    byte[] pkcs1 = Arrays.copyOfRange(key.getEncoded(), 26, key.getEncoded().length);

    assertThat(PemFile.privateKey(write("key.pem", block("RSA PRIVATE KEY", pkcs1))))
        .isEqualTo(key);
  }

  @Test
  void a_key_in_sec_1_is_read_whichever_way_its_curve_is_named() throws Exception {
    ECPrivateKey key = ecKey();
    String parameters = block("EC PARAMETERS", HexFormat.of().parseHex(P256));

    for (String text :
        new String[] {
          block("EC PRIVATE KEY", sec1(key, true)),
          parameters + block("EC PRIVATE KEY", sec1(key, true)),
          parameters + block("EC PRIVATE KEY", sec1(key, false)),
        }) {
      ECPrivateKey read = (ECPrivateKey) PemFile.privateKey(write("key.pem", text));

      assertThat(read.getS()).isEqualTo(key.getS());
      assertThat(read.getParams().getCurve()).isEqualTo(key.getParams().getCurve());
    }
  }

  @Test
  void a_key_that_cannot_be_read_is_refused_with_its_file_its_kind_and_what_converts_it()
      throws Exception {
    Path encrypted = write("a.key", block("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}));
    Path old =
        write(
            "b.key",
            """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00

            AAAA
            -----END RSA PRIVATE KEY-----
            """);
    Path ssh = write("c.key", block("OPENSSH PRIVATE KEY", new byte[] {1, 2, 3}));
    Path damaged = write("d.key", block("EC PRIVATE KEY", new byte[] {0x30, 0x7F, 2, 1}));
    Path none = write("e.key", "nothing of that kind");

    assertThatThrownBy(() -> PemFile.privateKey(encrypted))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContainingAll(
            encrypted.toString(),
            "found an encrypted key (ENCRYPTED PRIVATE KEY)",
            "openssl pkey -in " + encrypted);
    assertThatThrownBy(() -> PemFile.privateKey(old))
        .hasMessageContainingAll("an encrypted key (RSA PRIVATE KEY)", "openssl pkey -in " + old);
    assertThatThrownBy(() -> PemFile.privateKey(ssh))
        .hasMessageContainingAll("OPENSSH PRIVATE KEY", "ssh-keygen -p");
    assertThatThrownBy(() -> PemFile.privateKey(damaged))
        .hasMessageContaining("a key that cannot be read (EC PRIVATE KEY)");
    assertThatThrownBy(() -> PemFile.privateKey(none)).hasMessageContaining("no private key");
    assertThatThrownBy(() -> PemFile.privateKey(folder.resolve("absent")))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void a_file_that_is_too_large_is_not_read() throws Exception {
    Path large = write("large.key", "x".repeat(PemFile.MAX_BYTES + 1));

    assertThatThrownBy(() -> PemFile.privateKey(large))
        .hasMessageContaining("at most " + PemFile.MAX_BYTES + " bytes");
  }
}
