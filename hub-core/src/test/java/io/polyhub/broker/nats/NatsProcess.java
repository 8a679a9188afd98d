package io.polyhub.broker.nats;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A NATS server as a process on loopback. */
final class NatsProcess implements NatsServer {

  private static final String PROGRAM = "nats-server";

  /** Where a package puts it that only root is to run. */
  private static final List<String> MORE_FOLDERS =
      List.of("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/opt/homebrew/bin");

  private static final long END_SECONDS = 10;

  private final Path program;
  private final Path folder;
  private final int port;
  private @Nullable Process process;

  /**
   * Makes ready to start it.
   *
   * @param port for clients, on loopback
   * @param config all else; the text {@code STORE} stands for its folder, and {@code FOLDER} for
   *     that of the files
   * @param files what the configuration speaks of
   */
  NatsProcess(Path program, int port, String config, Path... files) {
    this.program = program;
    this.port = port;
    try {
      folder = Files.createTempDirectory("polyhub-nats");
      for (Path file : files) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
      Files.writeString(
          folder.resolve("nats.conf"),
          config
              .replace("STORE", folder.resolve("store").toString())
              .replace("FOLDER", folder.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program, where PATH or a package has it. */
  static Optional<Path> program() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.concat(Stream.of(path.split(File.pathSeparator, -1)), MORE_FOLDERS.stream())
        .filter(at -> !at.isEmpty())
        .map(at -> Path.of(at, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public URI uri() {
    return URI.create("nats://127.0.0.1:" + port);
  }

  @Override
  public void start() {
    try {
      process =
          new ProcessBuilder(program.toString(), "--config", folder.resolve("nats.conf").toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("nats.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void kill() {
    Process running = process;
    if (running == null) {
      return;
    }
    running.destroyForcibly();
    try {
      if (!running.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nats-server outlived SIGKILL");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process = null;
  }

  @Override
  public void pause() {
    signal("-STOP");
  }

  @Override
  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    Process running = Objects.requireNonNull(process, "not running");
    try {
      int exitCode =
          new ProcessBuilder("kill", signal, Long.toString(running.pid())).start().waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException("kill " + signal + " ended with " + exitCode);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it wrote, for messages about a server that does not come up. */
  @Override
  public String toString() {
    try {
      return program + " on port " + port + ":\n" + Files.readString(folder.resolve("nats.log"));
    } catch (IOException e) {
      return program + " on port " + port;
    }
  }
}
