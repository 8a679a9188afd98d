package io.polyhub.conformance.stock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Unmodified JavaScript clients do what their users do: one script for each, in {@code
 * src/test/node}. A script asserts for itself, and ends with 0 only if all was as it should be.
 */
final class StockClientsTest {

  private static final Path SCRIPTS = Path.of("src/test/node").toAbsolutePath();
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String INSTALL =
      "the stock clients need Node.js 20 or newer (https://nodejs.org, or the system's packages) and"
          + " `npm ci` in "
          + SCRIPTS
          + "; `./hub test` does the latter";

  @TempDir static Path folder;
  private static Stage stage;

  @BeforeAll
  static void open() {
    assertThat(SCRIPTS.resolve("node_modules")).as(INSTALL).isDirectory();
    stage = Stage.open(folder);
  }

  @AfterAll
  static void close() {
    if (stage != null) {
      stage.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "centrifuge-json",
        "centrifuge-protobuf",
        "mqtt4-tcp",
        "mqtt4-ws",
        "mqtt5-tcp",
        "mqtt5-ws",
        "graphql-ws",
        "graphql-sse",
        "grpc"
      })
  void an_unmodified_client_does_what_its_users_do(String script) throws Exception {
    stage.mend();
    Process process = start(script);
    CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
    boolean ended = process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    int status = process.waitFor();
    assertThat(status)
        .as(
            "%s %s\n%s\nthe server said:\n%s",
            script,
            ended ? "ended with" : "did not end within " + LIMIT + ", so it was killed:",
            output.get(),
            stage.serverOutput())
        .isZero();
  }

  private static Process start(String script) {
    ProcessBuilder builder =
        new ProcessBuilder("node", script + ".mjs")
            .directory(SCRIPTS.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(stage.settings());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new IllegalStateException(INSTALL, e);
    }
  }

  private static String read(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void the_clients_are_pinned_and_come_from_any_registry() throws IOException {
    List<String> lines = Files.readAllLines(SCRIPTS.resolve("package-lock.json"));
    assertThat(lines).noneMatch(line -> line.contains("\"resolved\""));
    try (Stream<String> manifest = Files.lines(SCRIPTS.resolve("package.json"))) {
      assertThat(manifest.filter(line -> line.matches(".*\"[~^<>=*].*")))
          .containsExactly("    \"node\": \">=20\"");
    }
  }
}
