package io.polyhub.broker.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * The storage library's machine code. It lies in the data directory, once, whatever the number of
 * starts and however they end; by itself the library would leave a copy in the directory for
 * temporary files with each process that is killed, and could not start where that is read-only or
 * not executable.
 */
final class NativeLibrary {

  /** Where it lies instead, for those who cannot execute anything in the data directory. */
  private static final String ELSEWHERE = "ROCKSDB_SHAREDLIB_DIR";

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads it, once in a process. Any thread.
   *
   * @throws BrokerUnavailableException if it cannot be loaded; says what to do
   */
  static synchronized void load(DataDirectory directory) {
    if (loaded) {
      return;
    }
    String elsewhere = System.getenv(ELSEWHERE);
    Path home = elsewhere == null || elsewhere.isEmpty() ? directory.library() : Path.of(elsewhere);
    try {
      lay(home);
      RocksDB.loadLibrary(List.of(home.toString()));
      loaded = true;
    } catch (IOException | UnsatisfiedLinkError failed) {
      throw new BrokerUnavailableException(
          "Data directory "
              + directory.root()
              + ": the storage library cannot be loaded from "
              + home
              + " ("
              + failed.getMessage()
              + "). It has to be writable, and on a file system that is not mounted noexec; or set "
              + ELSEWHERE
              + " to a directory that is.",
          failed);
    }
  }

  private static void lay(Path home) throws IOException {
    String name = Environment.getJniLibraryFileName("rocksdb");
    // As RocksDB.loadLibrary looks for it.
    Path file = home.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
    if (holds(file, name)) {
      return;
    }
    OwnerOnly.createDirectories(home);
    Path fresh = home.resolve(name + ".new");
    try (InputStream code = open(name)) {
      Files.copy(code, fresh, StandardCopyOption.REPLACE_EXISTING);
    }
    OwnerOnly.close(fresh);
    // Another process may use the one that is there: it keeps what it has mapped.
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static InputStream open(String name) throws IOException {
    InputStream code = RocksDB.class.getClassLoader().getResourceAsStream(name);
    if (code == null) {
      throw new IOException("there is none for this machine: " + name);
    }
    return code;
  }

  /** Whether that very library is there whole, as another version may have lain there before. */
  private static boolean holds(Path file, String name) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream there = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        InputStream code = new BufferedInputStream(open(name), 1 << 16)) {
      byte[] left = there.readNBytes(1 << 16);
      while (left.length > 0) {
        if (!Arrays.equals(left, code.readNBytes(1 << 16))) {
          return false;
        }
        left = there.readNBytes(1 << 16);
      }
      return code.read() < 0;
    }
  }
}
