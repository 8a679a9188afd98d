package io.polyhub.broker.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory: {@code log} holds the store; {@code format}, written once that is made, tells
 * in which form, so that a lost store is not taken for a new one; {@code native} holds the storage
 * library. For its owner alone, but for a directory that somebody else has made.
 */
final class DataDirectory {

  static final String FORMAT = "1";

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);

  private final AtomicBoolean told = new AtomicBoolean();
  private final Path root;
  private final Path store;
  private final Path format;
  private final Path library;

  DataDirectory(Path root) {
    this.root = root.toAbsolutePath();
    store = this.root.resolve("log");
    format = this.root.resolve("format");
    library = this.root.resolve("native");
  }

  Path root() {
    return root;
  }

  Path store() {
    return store;
  }

  /** Where the storage library lies. */
  Path library() {
    return library;
  }

  /**
   * Makes the directory if need be, and returns whether the store is to be made.
   *
   * @throws BrokerUnavailableException if what is there cannot be used
   */
  boolean prepare() {
    try {
      OwnerOnly.createDirectories(store);
      keepPrivate();
      if (Files.exists(format)) {
        String found = Files.readString(format, StandardCharsets.UTF_8).strip();
        if (!found.equals(FORMAT)) {
          throw new BrokerUnavailableException(
              "Data directory "
                  + root
                  + ": its format is '"
                  + found
                  + "', and this version reads format "
                  + FORMAT
                  + ". Start the version that wrote it, or choose another directory.",
              null);
        }
        if (!hasStore()) {
          throw new BrokerUnavailableException(
              "Data directory "
                  + root
                  + ": it held a log, which is gone. Restore it from a backup; or, to begin with an"
                  + " empty log, remove the file 'format' there.",
              null);
        }
        return false;
      }
      return !hasStore();
    } catch (IOException failed) {
      throw new BrokerUnavailableException(
          "Data directory " + root + ": cannot be used: " + failed, failed);
    }
  }

  /** Writes down the format, once the store is made. */
  void made() {
    if (Files.exists(format)) {
      return;
    }
    try {
      Files.writeString(
          format,
          FORMAT + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE,
          StandardOpenOption.SYNC);
      OwnerOnly.close(format);
    } catch (IOException failed) {
      throw new BrokerUnavailableException(
          "Data directory " + root + ": cannot be written: " + failed, failed);
    }
  }

  /** Lets nobody else read what was written meanwhile. */
  void keepPrivate() {
    try {
      OwnerOnly.keep(store);
    } catch (IOException | UncheckedIOException notOurs) {
      if (told.compareAndSet(false, true)) {
        log.warn("Others may be able to read what lies in {}: {}", store, notOurs.toString());
      }
    }
  }

  /** Whether a store is there. */
  boolean hasStore() {
    return Files.exists(store.resolve("CURRENT"));
  }

  /** How many bytes the disk has left for it; 0 if that cannot be told. */
  long usableBytes() {
    try {
      return Files.getFileStore(store).getUsableSpace();
    } catch (IOException unreadable) {
      return 0;
    }
  }

  /** How many bytes it takes. */
  long sizeBytes() {
    try (Stream<Path> files = Files.list(store)) {
      return files.mapToLong(DataDirectory::sizeOf).sum();
    } catch (IOException unreadable) {
      return 0;
    }
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException compactedAway) {
      return 0;
    }
  }

  /** Names this run of the machine, empty if that cannot be told. */
  static String bootId() {
    try {
      return Files.readString(BOOT_ID, StandardCharsets.UTF_8).strip();
    } catch (IOException unknown) {
      return "";
    }
  }
}
