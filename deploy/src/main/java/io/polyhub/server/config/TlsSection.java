package io.polyhub.server.config;

import io.polyhub.identity.TlsFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads where TLS files lie: once for all doors, and for each door that has its own. */
final class TlsSection {

  private TlsSection() {}

  /**
   * What all doors share.
   *
   * @param certificateChain the certificate, or null
   * @param privateKey its key, or null
   */
  record Shared(@Nullable Path certificateChain, @Nullable Path privateKey) {}

  static Shared readShared(Section section) {
    Shared shared =
        new Shared(
            section.readOptional("certificateChain", Kind.file()),
            section.readOptional("privateKey", Kind.file()));
    section.end();
    return shared;
  }

  /** Returns a door's files, or null if it does not use TLS. */
  static @Nullable TlsFiles readDoor(Section section, Shared shared) {
    boolean enabled = section.read("enabled", false, Kind.flag());
    Path own = section.readOptional("certificateChain", Kind.file());
    Path ownKey = section.readOptional("privateKey", Kind.file());
    Path authorities = section.readOptional("clientAuthorities", Kind.file());
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
    return chain == null || key == null ? null : new TlsFiles(chain, key, authorities);
  }
}
