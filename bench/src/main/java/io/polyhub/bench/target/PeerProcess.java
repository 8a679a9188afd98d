package io.polyhub.bench.target;

import io.polyhub.bench.Waiting;
import io.polyhub.bench.process.Children;
import io.polyhub.bench.process.ProcessProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A measured program that is not the hub. What it prints goes to a file. Closing kills it. */
final class PeerProcess implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("(?m)^port (\\d+)$");

  private final String program;
  private final Process process;
  private final Path output;

  private PeerProcess(String program, Process process, Path output) {
    this.program = program;
    this.process = process;
    this.output = output;
  }

  /**
   * Starts it, in a folder where what it prints is kept too.
   *
   * @param program its name, for messages and for the file with what it prints
   * @param environment what to add to the variables of this process
   */
  static PeerProcess start(
      Path folder, String program, Map<String, String> environment, List<String> command) {
    Path output = folder.resolve(program + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      Children.endWithThis(process);
      return new PeerProcess(program, process, output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until it takes connections on these ports.
   *
   * @throws IllegalStateException if it does not; the message holds what it printed
   */
  void awaitOpen(Iterable<Integer> ports) {
    for (int port : ports) {
      await(() -> Ports.isOpen(port));
    }
  }

  /**
   * Waits until it prints a line such as {@code port 1234}, which it does once it takes connections
   * there.
   */
  int awaitPort() {
    await(() -> PORT.matcher(printed()).find());
    Matcher port = PORT.matcher(printed());
    if (!port.find()) {
      throw new IllegalStateException(program + ":\n" + printed());
    }
    return Integer.parseInt(port.group(1));
  }

  private void await(BooleanSupplier fact) {
    boolean up;
    try {
      Waiting.until("it is up", START_LIMIT, () -> fact.getAsBoolean() || !process.isAlive());
      up = process.isAlive();
    } catch (IllegalStateException late) {
      up = false;
    }
    if (!up) {
      close();
      throw new IllegalStateException(program + " did not start:\n" + printed());
    }
  }

  private String printed() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process, to be asked what it costs. */
  ProcessProbe probe() {
    return new ProcessProbe(process.pid());
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
