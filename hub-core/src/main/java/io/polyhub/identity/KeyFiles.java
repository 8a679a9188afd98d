package io.polyhub.identity;

import io.polyhub.files.PemFile;
import io.polyhub.files.UnusableFileException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The files in which keys for tokens lie. They are followed: what is put into them later is taken
 * over.
 *
 * @param written the secrets that stand in the configuration itself, before those in files
 * @param secretFiles a secret each
 * @param publicKeyFiles public keys in PEM
 */
public record KeyFiles(List<String> written, List<Path> secretFiles, List<Path> publicKeyFiles) {

  public KeyFiles {
    written = List.copyOf(written);
    secretFiles = List.copyOf(secretFiles);
    publicKeyFiles = List.copyOf(publicKeyFiles);
  }

  /** All of them. */
  List<Path> all() {
    List<Path> all = new ArrayList<>(secretFiles);
    all.addAll(publicKeyFiles);
    return all;
  }

  /**
   * Returns these settings with the keys that the files hold now.
   *
   * @throws UnusableFileException if a file cannot be used
   * @throws IllegalArgumentException if the settings do not allow such keys
   */
  JwtConfig read(JwtConfig before) throws UnusableFileException {
    List<String> secrets = new ArrayList<>(written);
    for (Path file : secretFiles) {
      secrets.add(PemFile.secret(file));
    }
    List<PublicKey> publicKeys = new ArrayList<>();
    for (Path file : publicKeyFiles) {
      try {
        publicKeys.addAll(PemKeys.publicKeys(PemFile.text(file)));
      } catch (IllegalArgumentException notKeys) {
        throw new UnusableFileException(file, "no public key", "PEM of RSA, EC or EdDSA keys");
      }
    }
    JwtConfig after = before.withKeys(secrets, publicKeys);
    if (after.hasShortSecret() && !before.hasShortSecret()) {
      throw new IllegalArgumentException(
          "secret: too short (expected: at least " + JwtConfig.SECRET_BYTES + " bytes)");
    }
    return after;
  }

  /** Tells all but the secrets. */
  @Override
  public String toString() {
    return "KeyFiles[secretFiles=" + secretFiles + ", publicKeyFiles=" + publicKeyFiles + "]";
  }
}
