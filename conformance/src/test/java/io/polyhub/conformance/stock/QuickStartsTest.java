package io.polyhub.conformance.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyhub.bench.target.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of {@code docs/quickstart} are run as their page says, side by side with the one in
 * JavaScript, and the server is restarted under them. Those in Python and Go run where the machine
 * has these languages and their packages can be had.
 */
final class QuickStartsTest {

  private static final Path PROGRAMS = Path.of("../docs/quickstart").toAbsolutePath().normalize();
  private static final Path NODE_CLIENTS = Path.of("src/test/node").toAbsolutePath();
  private static final Duration PREPARING = Duration.ofMinutes(2);
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration STEP = Duration.ofMillis(20);

  private static final String CONFIGURATION =
      """
      websocket: {port: 0}
      http: {port: 0}
      mqtt: {port: 0}
      grpc: {port: 0}
      admin: {port: 0}
      """;

  @TempDir Path folder;
  private ServerProcess server;
  private final List<Program> programs = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    server = ServerProcess.start(Files.createDirectory(folder.resolve("server")), CONFIGURATION);
  }

  @AfterEach
  void close() {
    programs.forEach(Program::close);
    server.close();
  }

  @Test
  void javascript_and_java() throws IOException {
    javascript();
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    run("java", copy("java"), java.toString(), "Main.java");
    expectConversation("javascript", "java");
  }

  @Test
  void javascript_and_python() throws IOException {
    Path home = copy("python");
    prepare(home, "python3", "-m", "venv", "venv");
    prepare(home, "venv/bin/pip", "install", "--quiet", "-r", "requirements.txt");
    javascript();
    run("python", home, home.resolve("venv/bin/python").toString(), "main.py");
    expectConversation("javascript", "python");
  }

  @Test
  void javascript_and_go() throws IOException {
    Path home = copy("go");
    prepare(home, "go", "build", "-o", "quickstart", ".");
    javascript();
    run("go", home, home.resolve("quickstart").toString());
    expectConversation("javascript", "go");
  }

  private void javascript() throws IOException {
    Path home = copy("javascript");
    Files.createSymbolicLink(home.resolve("node_modules"), NODE_CLIENTS.resolve("node_modules"));
    run("javascript", home, "node", "main.mjs");
  }

  @Test
  void the_program_in_javascript_names_the_versions_that_are_tried() throws IOException {
    String tried = Files.readString(NODE_CLIENTS.resolve("package.json"));
    try (Stream<String> lines = Files.lines(PROGRAMS.resolve("javascript/package.json"))) {
      assertThat(lines.filter(line -> line.matches(" +\"(centrifuge|ws)\": .*")).toList())
          .hasSize(2)
          .allSatisfy(line -> assertThat(tried).contains(line.strip().replace(",", "")));
    }
  }

  /** Each program prints what each publishes, and goes on over a restart of the server. */
  private void expectConversation(String... languages) {
    for (int round = 0; round < 2; round++) {
      int begun = round;
      List<Integer> printed = programs.stream().map(program -> program.lines.size()).toList();
      for (int i = 0; i < programs.size(); i++) {
        Program program = programs.get(i);
        int from = printed.get(i);
        for (String language : languages) {
          until(
              () -> program.printed(from, language),
              () -> "round " + begun + ": " + language + " in " + program.lines);
        }
      }
      if (round == 0) {
        server.stop();
        server.startAgain();
      }
    }
  }

  private static void until(BooleanSupplier fact, Supplier<String> what) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      LockSupport.parkNanos(STEP.toNanos());
    }
  }

  private Path copy(String language) throws IOException {
    Path home = folder.resolve(language);
    try (Stream<Path> files = Files.list(PROGRAMS.resolve(language))) {
      Files.createDirectory(home);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, home.resolve(file.getFileName()));
      }
    }
    return home;
  }

  /** Skips the test, with what was said, where the language or its packages cannot be had. */
  private static void prepare(Path home, String... command) {
    try {
      Process process =
          new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = process.waitFor(PREPARING.toSeconds(), TimeUnit.SECONDS);
      assumeTrue(ended && process.exitValue() == 0, () -> String.join(" ", command) + ": " + said);
    } catch (IOException absent) {
      assumeTrue(false, absent.getMessage());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void run(String language, Path home, String... command) {
    programs.add(
        Program.start(
            home,
            Map.of(
                "POLYHUB_WEBSOCKET",
                "ws://127.0.0.1:" + server.port("websocket") + "/connection/websocket",
                "POLYHUB_MQTT",
                "127.0.0.1:" + server.port("mqtt"),
                "POLYHUB_HTTP",
                "http://127.0.0.1:" + server.port("http") + "/graphql"),
            language,
            command));
  }

  /** A program under way, and what it has printed. */
  private record Program(String language, Process process, List<String> lines) {

    static Program start(
        Path home, Map<String, String> environment, String language, String... command) {
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
      builder.environment().putAll(environment);
      try {
        Process process = builder.start();
        List<String> lines = new CopyOnWriteArrayList<>();
        Thread.ofVirtual()
            .start(() -> {
              try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                reader.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException ended) {
                lines.add("ended");
              }
            });
        return new Program(language, process, lines);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean printed(int from, String other) {
      return lines.stream()
          .skip(from)
          .anyMatch(line -> line.replace(" ", "").contains("{\"from\":\"" + other + "\""));
    }

    void close() {
      process.destroyForcibly();
    }
  }
}
