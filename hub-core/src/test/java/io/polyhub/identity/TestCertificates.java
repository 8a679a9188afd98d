package io.polyhub.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
      export(keys, name, folder);
    }
    return new TestCertificates(folder);
  }

  /** Copies all of them to another folder, where a test may replace some. */
  public TestCertificates copyTo(Path other) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.copy(file, other.resolve(file.getFileName()));
      }
    }
    return new TestCertificates(other);
  }

  private static void export(KeyStore keys, String name, Path folder) throws Exception {
    Path file = folder.resolve(name + ".pem");
    writeCertificate(file, keys.getCertificate(name));
    Certificate[] chain = keys.getCertificateChain(name);
    // The last one is the authority, which the other side has.
    for (int i = 1; i < chain.length - 1; i++) {
      Path own = folder.resolve("above.pem");
      writeCertificate(own, chain[i]);
      Files.writeString(file, Files.readString(file) + Files.readString(own));
    }
    Key key = keys.getKey(name, PASSWORD);
    write(folder.resolve(name + ".key"), "PRIVATE KEY", key.getEncoded());
  }

  /**
   * Makes another certificate of the authority, for {@code localhost}, with a key of its own.
   *
   * @param name names its files
   * @param subject its subject, such as {@code CN=localhost,O=Second}
   * @param more further words for keytool, such as {@code -validity 1}
   */
  public void issue(String name, String subject, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("-signer", "ca", "-ext", "san=dns:localhost,ip:127.0.0.1"));
    words.addAll(List.of(more));
    Path store = folder.resolve("keys.p12");
    keytool(store, name, subject, words.toArray(String[]::new));
    export(KeyStore.getInstance(store.toFile(), PASSWORD), name, folder);
  }

  /**
   * Writes the authority's revocation list, in PEM.
   *
   * @param names whose certificates it lists
   */
  public Path writeList(String... names) throws Exception {
    Path made = folder.resolve("made.crl");
    List<String> words = new ArrayList<>(List.of("-rfc", "-file", made.toString()));
    for (String name : names) {
      words.addAll(List.of("-id", read(name).getSerialNumber().toString()));
    }
    run("-gencrl", folder.resolve("keys.p12"), "ca", words);
    return Files.move(made, list(), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Where {@link #writeList} writes. */
  public Path list() {
    return folder.resolve("ca.crl");
  }

  /** Puts the certificate and the key of one name in the place of another's. */
  public void replace(String name, String by) throws IOException {
    for (String kind : List.of(".pem", ".key")) {
      Path copy = Files.copy(folder.resolve(by + kind), folder.resolve("copy" + kind));
      Files.move(copy, folder.resolve(name + kind), StandardCopyOption.REPLACE_EXISTING);
    }
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
    List<String> words = new ArrayList<>(List.of("-dname", name));
    words.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
    // Clocks of other machines do not matter here, but a certificate must have begun.
    words.addAll(List.of("-startdate", "-1d"));
    words.addAll(List.of(more));
    run("-genkeypair", store, alias, words);
  }

  private static void run(String command, Path store, String alias, List<String> more)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    words.addAll(List.of(command, "-keystore", store.toString(), "-storetype", "PKCS12"));
    words.addAll(List.of("-storepass", new String(PASSWORD), "-alias", alias));
    words.addAll(more);
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
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
