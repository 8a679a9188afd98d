package io.polyhub.bench.target;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/** Where the files of targets go. */
final class Folders {

  private Folders() {}

  /** Where downloads stay from run to run; it need not be there. */
  static Path cache() {
    String caches = System.getenv("XDG_CACHE_HOME");
    Path parent =
        caches == null || caches.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(caches);
    return parent.resolve("polyhub-bench");
  }

  /** A folder with this name, made if it is not there. */
  static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a folder with all that it holds. */
  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
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

  /** What a resource of the bench holds; its path is from the root of resources. */
  static byte[] read(String resource) {
    try (InputStream from =
        Objects.requireNonNull(Folders.class.getResourceAsStream(resource), resource)) {
      return from.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a resource to where programs can read it, under its own name. */
  static Path copy(String resource, Path folder) {
    try {
      return Files.write(
          folder.resolve(resource.substring(resource.lastIndexOf('/') + 1)), read(resource));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
