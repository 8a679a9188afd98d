package io.polyhub.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.polyhub.server.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as a process of its own: how it starts, prints and hears signals. */
final class ProcessTest {

  @TempDir private Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void end_what_is_left() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process serve(String yaml) throws IOException {
    Files.writeString(folder.resolve("polyhub.yaml"), yaml);
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("POLYHUB_"));
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private String printed() {
    try {
      return Files.readString(folder.resolve("out"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static String doors(int websocketPort, int adminPort, String more) {
    return """
    websocket: {port: %d}
    http: {enabled: false}
    mqtt: {enabled: false}
    grpc: {port: 0}
    admin: {port: %d}
    %s
    """
        .formatted(websocketPort, adminPort, more);
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Whether this process, and so each that it starts, was started with SIGINT ignored. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    int interrupt = 2;
    return (Long.parseUnsignedLong(ignored.substring(7).trim(), 16) & (1L << (interrupt - 1))) != 0;
  }

  private int readiness(int adminPort) {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/health/ready"))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notYet) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void a_signal_ends_it_in_order_with_a_goodbye_to_every_client(String signal) throws Exception {
    assumeFalse(
        signal.equals("INT") && ignoresInterrupts(),
        "these tests run in a shell's background, where SIGINT is ignored from birth on");
    int websocketPort = freePort();
    int adminPort = freePort();
    Process server = serve(doors(websocketPort, adminPort, "shutdown: {drain: 1s}"));
    Await.until("readiness", () -> readiness(adminPort) == 200);
    Await.until("the table", () -> printed().contains("auth   "));
    assertThat(printed())
        .contains("is up, configured by polyhub.yaml.")
        .contains("WebSocket  127.0.0.1:" + websocketPort)
        .contains("admin      127.0.0.1:" + adminPort)
        .contains("data       " + folder.toRealPath().resolve("data"))
        .contains("auth       off: anyone on this machine may do everything");
    Client client = new Client();
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + websocketPort + "/connection/websocket"), client)
            .get(10, TimeUnit.SECONDS);
    socket.sendText("{\"id\":1,\"connect\":{}}", true).get(10, TimeUnit.SECONDS);
    client.connected.get(10, TimeUnit.SECONDS);

    signal(server, signal);

    assertThat(client.code.get(30, TimeUnit.SECONDS)).isEqualTo(3001);
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).as(printed()).isZero();
    assertThat(printed()).contains("asked to end by SIG" + signal).contains("down");
  }

  @Test
  void readiness_turns_false_before_anything_else_and_a_second_signal_ends_it_at_once()
      throws Exception {
    int adminPort = freePort();
    Process server = serve(doors(0, adminPort, "shutdown: {notice: 10m, limit: 20m}"));
    Await.until("readiness", () -> readiness(adminPort) == 200);

    signal(server, "TERM");
    Await.until("no readiness", () -> readiness(adminPort) == 503);
    assertThat(server.isAlive()).isTrue();
    signal(server, "TERM");

    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isEqualTo(128 + 15);
  }

  @Test
  void going_down_takes_no_longer_than_its_limit() throws Exception {
    int adminPort = freePort();
    // Closing everything takes longer than the millisecond that is left after the notice.
    Process server = serve(doors(0, adminPort, "shutdown: {notice: 1s, drain: 0s, limit: 1001ms}"));
    Await.until("readiness", () -> readiness(adminPort) == 200);

    signal(server, "TERM");

    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isEqualTo(ExitCode.REFUSED);
    assertThat(printed()).contains("not down after PT1.001S: ending at once");
  }

  @Test
  void a_taken_port_is_one_sentence_and_exit_code_4() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process server = serve(doors(taken.getLocalPort(), freePort(), ""));

      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isEqualTo(ExitCode.CANNOT_START);
      assertThat(printed().lines().filter(line -> line.startsWith("polyhub: ")))
          .containsExactly(
              "polyhub: The WebSocket door cannot listen on 127.0.0.1:"
                  + taken.getLocalPort()
                  + ": another program has that port (keys: websocket.bind, websocket.port).");
      assertThat(printed()).doesNotContain("\tat ");
    }
  }

  @Test
  void for_machines_every_line_is_a_json_object() throws Exception {
    int adminPort = freePort();
    Process server = serve(doors(0, adminPort, "logging: {format: json}"));
    Await.until("readiness", () -> readiness(adminPort) == 200);
    signal(server, "TERM");
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(printed().lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).startsWith("{\"ts\":\"20").endsWith("}"))
        .anySatisfy(line -> assertThat(line).contains("door WebSocket listens on 127.0.0.1:"));
  }

  /** A client that keeps whether it was let in and how it ended. */
  private static final class Client implements WebSocket.Listener {
    private final CompletableFuture<String> connected = new CompletableFuture<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      connected.complete(text.toString());
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
      code.complete(statusCode);
      return CompletableFuture.completedStage(null);
    }
  }
}
