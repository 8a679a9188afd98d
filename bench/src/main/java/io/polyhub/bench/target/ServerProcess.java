package io.polyhub.bench.target;

import io.polyhub.bench.process.Children;
import io.polyhub.bench.process.JavaCommand;
import io.polyhub.bench.process.ProcessProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The real server in a process of its own, run as {@code ./hub serve} runs it, with the flags of
 * {@code HUB_JAVA_OPTS} last. It can be killed, paused and started again on the same data and the
 * same ports. Not safe for several threads at once. Closing kills the process, whatever state it is
 * in.
 */
public final class ServerProcess implements AutoCloseable {

  /** What {@code ./hub serve} starts the server's JVM with. */
  static final List<String> JVM = jvmOptions();

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration END_LIMIT = Duration.ofSeconds(60);
  private static final int OUTPUT_LINES = 2_000;

  /**
   * A line of the table that the server prints at its start: a door, its address, what it offers.
   */
  private static final Pattern DOOR = Pattern.compile(" {2}(\\S.*?) {2,}127\\.0\\.0\\.1:(\\d+) .*");

  private final Path folder;
  private final List<String> jvmFlags;
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private Process process;
  private Output output;

  private ServerProcess(Path folder, List<String> jvmFlags) {
    this.folder = folder;
    this.jvmFlags = List.copyOf(jvmFlags);
    this.output = new Output();
    this.process = launch();
  }

  /**
   * Starts a server and waits until it is up.
   *
   * @param folder where its configuration, its data and its log go; it must exist
   * @param yaml its configuration; ports that stand there as 0 are chosen once and then kept
   * @param jvmFlags what to add to the flags of the JVM
   * @throws IllegalStateException if it does not start; the message holds what it printed
   */
  public static ServerProcess start(Path folder, String yaml, String... jvmFlags) {
    try {
      Files.writeString(folder.resolve("polyhub.yaml"), yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ServerProcess server = new ServerProcess(folder, List.of(jvmFlags));
    server.awaitStart();
    return server;
  }

  private Process launch() {
    List<String> command = new ArrayList<>(JavaCommand.here());
    command.addAll(JVM);
    command.addAll(jvmFlags);
    String more = System.getenv("HUB_JAVA_OPTS");
    if (more != null && !more.isBlank()) {
      command.addAll(List.of(more.strip().split("\\s+", -1)));
    }
    command.addAll(List.of("-cp", JavaCommand.classPath()));
    command.addAll(List.of("io.polyhub.server.cli.Main", "serve", "--config", "polyhub.yaml"));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("POLYHUB_"));
    ports.forEach((door, port) -> builder.environment().put(portVariable(door), "" + port));
    try {
      Process started = builder.start();
      Children.endWithThis(started);
      output = new Output();
      output.follow(started, folder.resolve("server.log"));
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> jvmOptions() {
    return resource("jvm.options")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  /** The version of the server. */
  public static String version() {
    return resource("version.txt").strip();
  }

  private static String resource(String name) {
    try (InputStream resource =
        Objects.requireNonNull(
            ServerProcess.class.getResourceAsStream("/io/polyhub/server/" + name), name)) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String portVariable(String door) {
    return "POLYHUB_" + door.toUpperCase(Locale.ROOT) + "_PORT";
  }

  private void awaitStart() {
    if (!output.awaitUp(process, START_LIMIT)) {
      close();
      throw new IllegalStateException("the server did not start:\n" + output.text());
    }
    for (String line : output.lines()) {
      Matcher door = DOOR.matcher(line);
      if (door.matches()) {
        ports.put(door.group(1).toLowerCase(Locale.ROOT), Integer.parseInt(door.group(2)));
      }
    }
  }

  /**
   * The port of a door.
   *
   * @param door as the server prints it, in lower case: websocket, mqtt, grpc, http, admin
   * @throws IllegalArgumentException if there is no such door
   */
  public int port(String door) {
    Integer port = ports.get(door);
    if (port == null) {
      throw new IllegalArgumentException("door: " + door + " (expected: one of " + ports + ")");
    }
    return port;
  }

  /** The process, to be asked what it costs. */
  public ProcessProbe probe() {
    return new ProcessProbe(process.pid());
  }

  /** What the server tells of itself on its admin port. */
  public Metrics metrics() {
    return Metrics.scrape(port("admin"));
  }

  /** What the server has printed since its last start; the oldest lines may be gone. */
  public String output() {
    return output.text();
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends the process as {@code kill -9} does, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Asks the server to end, and waits until it has. */
  public void stop() {
    process.destroy();
    awaitEnd();
  }

  /**
   * Starts the server again after its end, on the same data and ports.
   *
   * @return how long it took until it was up
   */
  public Duration startAgain() {
    long begun = System.nanoTime();
    process = launch();
    awaitStart();
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the server did not end:\n" + output.text());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** What one run of the process prints. */
  private static final class Output {

    private final ArrayList<String> lines = new ArrayList<>();
    private boolean up;
    private boolean ended;

    void follow(Process process, Path file) {
      Thread.ofVirtual().start(() -> read(process, file));
    }

    private void read(Process process, Path file) {
      try (BufferedReader reader = process.inputReader();
          Writer copy =
              Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          copy.write(line + "\n");
          copy.flush();
          add(line);
        }
      } catch (IOException e) {
        add("the output could not be read: " + e);
      }
      synchronized (this) {
        ended = true;
        notifyAll();
      }
    }

    private synchronized void add(String line) {
      if (lines.size() == OUTPUT_LINES) {
        lines.subList(0, OUTPUT_LINES / 2).clear();
      }
      lines.add(line);
      if (line.startsWith("  auth ")) {
        up = true;
        notifyAll();
      }
    }

    /** Waits for the last line of the table that the server prints when it is up. */
    synchronized boolean awaitUp(Process process, Duration limit) {
      long end = System.nanoTime() + limit.toNanos();
      try {
        while (!up && !ended && System.nanoTime() < end) {
          TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, end - System.nanoTime()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return up && process.isAlive();
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }

    synchronized String text() {
      return String.join("\n", lines);
    }
  }
}
