package io.polyhub.bench.target;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** Where the files of targets go. */
final class Folders {

  private Folders() {}

  /** Where downloads stay from run to run; made if it is not there. */
  static Path cache(String name) {
    String caches = System.getenv("XDG_CACHE_HOME");
    Path parent =
        caches == null || caches.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(caches);
    return made(parent.resolve("polyhub-bench").resolve(name));
  }

  /** A folder with this name, made if it is not there. */
  static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file, and returns where it is. */
  static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Copies a resource of the bench to where programs can read it.
   *
   * @param name its path, from the root of resources
   */
  static Path copy(String name, Path folder) {
    Path file = folder.resolve(name.substring(name.lastIndexOf('/') + 1));
    try (InputStream from = Objects.requireNonNull(Folders.class.getResourceAsStream(name), name)) {
      Files.copy(from, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
