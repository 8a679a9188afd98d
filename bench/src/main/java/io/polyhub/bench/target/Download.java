package io.polyhub.bench.target;

import io.polyhub.bench.process.Children;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What a peer needs of a registry: fetched by that registry's own client when it is first asked
 * for, and kept for later runs. Safe for any thread.
 */
final class Download {

  private static final int REASON_CHARACTERS = 600;

  private final String title;
  private final List<String> files;
  private final Optional<List<String>> command;
  private final String missing;
  private final Path folder;
  private @Nullable String failure;

  /**
   * Makes ready to fetch it.
   *
   * @param title what it is, for messages
   * @param name begins the name of its folder; what the files hold ends it
   * @param files resources that say what is to be fetched, copied to where the command runs
   * @param command fetches it into the folder where it runs; empty if its program is not there
   * @param missing what to say where that program is not there
   */
  Download(
      String title,
      String name,
      List<String> files,
      Optional<List<String>> command,
      String missing) {
    this.title = title;
    this.files = List.copyOf(files);
    this.command = command;
    this.missing = missing;
    CRC32 sum = new CRC32();
    files.forEach(file -> sum.update(Folders.read(file)));
    this.folder =
        Folders.cache().resolve(name + "-" + HexFormat.of().toHexDigits((int) sum.getValue()));
  }

  /** Where it lies, if it has been fetched. */
  Path folder() {
    return folder;
  }

  /** Whether it has been fetched. */
  boolean isThere() {
    return Files.isDirectory(folder);
  }

  /**
   * Fetches it, if it has not been; a second try is not made.
   *
   * @return why it cannot be had; empty if it is there
   */
  synchronized Optional<String> fetch() {
    if (failure == null && !isThere()) {
      failure = command.isEmpty() ? missing : fetch(command.get());
    }
    return Optional.ofNullable(failure);
  }

  private @Nullable String fetch(List<String> words) {
    System.err.println("Fetching " + title + ", once; it is kept in " + folder);
    try {
      Path parent = Folders.made(Folders.cache());
      Path begun = Files.createTempDirectory(parent, folder.getFileName() + ".");
      files.forEach(file -> Folders.copy(file, begun));
      Path log = begun.resolve("fetch.log");
      ProcessBuilder builder =
          new ProcessBuilder(words)
              .directory(begun.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      Process process = builder.start();
      Children.endWithThis(process);
      int status = process.waitFor();
      if (status != 0) {
        String said = Files.readString(log).strip();
        Folders.delete(begun);
        return "%s could not be fetched: %s ended with %d:%n%s"
            .formatted(
                title,
                words.getFirst(),
                status,
                said.substring(Math.max(0, said.length() - REASON_CHARACTERS)));
      }
      keep(begun);
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void keep(Path fetched) throws IOException {
    try {
      Files.move(fetched, folder);
    } catch (IOException e) {
      if (!isThere()) {
        throw e;
      }
      // Another process was faster.
      Folders.delete(fetched);
    }
  }
}
