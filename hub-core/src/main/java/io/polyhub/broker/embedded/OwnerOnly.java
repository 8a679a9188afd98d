package io.polyhub.broker.embedded;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What lies in the data directory is for its owner alone: publications, sessions and revocations
 * are nobody else's. Does nothing where files have no such permissions.
 */
final class OwnerOnly {

  private static final boolean POSSIBLE =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private OwnerOnly() {}

  /** Makes the directory and those above it, if they are not there: rwx------. */
  static void createDirectories(Path directory) throws IOException {
    if (POSSIBLE) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNERS));
    } else {
      Files.createDirectories(directory);
    }
  }

  /**
   * Takes from everybody else what they may do with the directory and the files in it.
   *
   * @throws IOException if that is not ours to take
   */
  static void keep(Path directory) throws IOException {
    if (!POSSIBLE) {
      return;
    }
    close(directory);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        try {
          close(file);
        } catch (NoSuchFileException compactedAway) {
          // Then nobody can read it.
        }
      }
    }
  }

  /** The same for one file. */
  static void close(Path file) throws IOException {
    if (!POSSIBLE) {
      return;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(permissions)) {
      permissions.retainAll(OWNERS);
      Files.setPosixFilePermissions(file, permissions);
    }
  }
}
