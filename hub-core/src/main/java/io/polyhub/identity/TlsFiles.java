package io.polyhub.identity;

import io.polyhub.files.UnusableFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a door finds what it needs for TLS, in PEM files.
 *
 * @param certificateChain the server's certificate, then the intermediate ones
 * @param privateKey its key: PKCS #8, PKCS #1 or SEC 1, not encrypted
 * @param clientAuthorities whom to trust for client certificates, or null to ask clients for none
 * @param crlFiles the authorities' revocation lists; if there is any, every client certificate must
 *     be vouched for by a list that is in force. Empty to check no lists.
 */
public record TlsFiles(
    Path certificateChain, Path privateKey, @Nullable Path clientAuthorities, List<Path> crlFiles) {

  public TlsFiles {
    crlFiles = List.copyOf(crlFiles);
    if (clientAuthorities == null && !crlFiles.isEmpty()) {
      throw new IllegalArgumentException(
          "crlFiles: " + crlFiles + " (expected: none without clientAuthorities)");
    }
  }

  /** Files without revocation lists. */
  public TlsFiles(Path certificateChain, Path privateKey, @Nullable Path clientAuthorities) {
    this(certificateChain, privateKey, clientAuthorities, List.of());
  }

  /** These, with revocation lists. */
  public TlsFiles withCrlFiles(Path... files) {
    return new TlsFiles(certificateChain, privateKey, clientAuthorities, List.of(files));
  }

  /** All of them. */
  List<Path> all() {
    List<Path> all = new ArrayList<>(List.of(certificateChain, privateKey));
    if (clientAuthorities != null) {
      all.add(clientAuthorities);
    }
    all.addAll(crlFiles);
    return all;
  }

  /**
   * Checks that the files can be used: that each can be read, the key belongs to the certificate,
   * the chain hangs together, and the certificate's time has begun and is not over.
   *
   * @throws UnusableFileException if not; it names the file
   */
  public void check(Instant now) throws UnusableFileException {
    var _ = TlsMaterial.load(this, now);
  }
}
