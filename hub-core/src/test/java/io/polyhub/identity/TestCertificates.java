package io.polyhub.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Fresh certificates for tests, in PEM files: an authority, a server for {@code localhost} and
 * {@code 127.0.0.1}, the client {@code alice}, and the client {@code mallory} whom the authority
 * does not know.
 *
 * @param folder holds {@code ca.pem}, and for each of server, alice and mallory {@code NAME.pem}
 *     and {@code NAME.key}
 */
public record TestCertificates(Path folder) {

  private static final char[] PASSWORD = "for tests alone".toCharArray();

  /** Makes them in that folder, which takes a second or two. */
  public static TestCertificates create(Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    keytool(store, "ca", "CN=Test authority", "-ext", "bc:c");
    keytool(
        store, "server", "CN=localhost", "-signer", "ca", "-ext", "san=dns:localhost,ip:127.0.0.1");
    keytool(
        store,
        "alice",
        "CN=alice,O=Example",
        "-signer",
        "ca",
        "-ext",
        "san=email:alice@example.org,dns:alice.example.org,uri:spiffe://example.org/alice");
    keytool(store, "mallory", "CN=mallory");

    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    writeCertificate(folder.resolve("ca.pem"), keys.getCertificate("ca"));
    for (String name : List.of("server", "alice", "mallory")) {
      writeCertificate(folder.resolve(name + ".pem"), keys.getCertificate(name));
      Key key = keys.getKey(name, PASSWORD);
      write(folder.resolve(name + ".key"), "PRIVATE KEY", key.getEncoded());
    }
    return new TestCertificates(folder);
  }

  /** What a door is given to be the server, without asking clients for certificates. */
  public TlsFiles server() {
    return new TlsFiles(certificate("server"), key("server"), null);
  }

  /** What a door is given to be the server that asks clients for certificates of the authority. */
  public TlsFiles serverThatAsks() {
    return new TlsFiles(certificate("server"), key("server"), certificate("ca"));
  }

  /** The file of that name's certificate. */
  public Path certificate(String name) {
    return folder.resolve(name + ".pem");
  }

  /** The file of that name's private key. */
  public Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /** The certificate of that name. */
  public X509Certificate read(String name) throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(certificate(name))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static void keytool(Path store, String alias, String name, String... more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", new String(PASSWORD), "-alias", alias, "-dname", name));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
    // Clocks of other machines do not matter here, but a certificate must have begun.
    command.addAll(List.of("-startdate", "-1d"));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("keytool: " + output);
    }
  }

  private static void writeCertificate(Path file, Certificate certificate)
      throws IOException, GeneralSecurityException {
    write(file, "CERTIFICATE", certificate.getEncoded());
  }

  private static void write(Path file, String kind, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }
}
