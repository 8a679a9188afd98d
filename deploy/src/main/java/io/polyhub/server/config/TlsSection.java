package io.polyhub.server.config;

import io.polyhub.files.CertifiedKey;
import io.polyhub.files.UnusableFileException;
import io.polyhub.identity.TlsFiles;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads where TLS files lie: once for all doors, and for each door that has its own. What they hold
 * is checked as at the start of a door, so that a check of the configuration tells of it too.
 */
final class TlsSection {

  private TlsSection() {}

  /**
   * What all doors share.
   *
   * @param certificateChain the certificate, or null
   * @param privateKey its key, or null
   */
  record Shared(@Nullable Path certificateChain, @Nullable Path privateKey) {

    private boolean has(Path file) {
      return file.equals(certificateChain) || file.equals(privateKey);
    }
  }

  static Shared readShared(Section section) {
    Path chain = section.readOptional("certificateChain", Kind.file());
    Path key = section.readOptional("privateKey", Kind.file());
    section.end();
    if (chain != null && key != null) {
      try {
        var _ = CertifiedKey.load(chain, key, Instant.now());
      } catch (UnusableFileException unusable) {
        tell(section, unusable.file().equals(key) ? "privateKey" : "certificateChain", unusable);
      }
    }
    return new Shared(chain, key);
  }

  /** Returns a door's files, or null if it does not use TLS. */
  static @Nullable TlsFiles readDoor(Section section, Shared shared) {
    boolean enabled = section.read("enabled", false, Kind.flag());
    Path own = section.readOptional("certificateChain", Kind.file());
    Path ownKey = section.readOptional("privateKey", Kind.file());
    Path authorities = section.readOptional("clientAuthorities", Kind.file());
    List<Path> crlFiles = section.readList("crlFiles", List.of(), Kind.file());
    section.end();
    if (!enabled) {
      return null;
    }
    Path chain = own == null ? shared.certificateChain() : own;
    Path key = own == null && ownKey == null ? shared.privateKey() : ownKey;
    if (chain == null) {
      section.problem(
          "certificateChain", "found nothing", "a file here or in tls.certificateChain");
    }
    if (key == null) {
      section.problem("privateKey", "found nothing", "a file here or in tls.privateKey");
    }
    if (authorities == null && !crlFiles.isEmpty()) {
      section.problem("crlFiles", "found without authorities", "clientAuthorities beside them");
      return null;
    }
    if (chain == null || key == null) {
      return null;
    }
    TlsFiles files = new TlsFiles(chain, key, authorities, crlFiles);
    check(section, files, shared);
    return files;
  }

  private static void check(Section section, TlsFiles files, Shared shared) {
    try {
      files.check(Instant.now());
    } catch (UnusableFileException unusable) {
      Path file = unusable.file();
      if (file.equals(files.clientAuthorities())) {
        tell(section, "clientAuthorities", unusable);
      } else if (files.crlFiles().contains(file)) {
        tell(section, "crlFiles", unusable);
      } else if (!(shared.has(files.certificateChain()) && shared.has(files.privateKey()))) {
        tell(
            section, file.equals(files.privateKey()) ? "privateKey" : "certificateChain", unusable);
      }
    }
  }

  private static void tell(Section section, String key, UnusableFileException unusable) {
    section.problem(
        key, "found " + unusable.found() + " in " + unusable.file(), unusable.expected());
  }
}
