package io.polyhub.conformance.ends;

import io.polyhub.bench.process.JavaCommand;
import io.polyhub.bench.process.ProcessProbe;
import io.polyhub.bench.target.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A {@link Crowd}, seen from the test. Closing kills it. */
final class CrowdProcess implements AutoCloseable {

  private final Process process;

  private CrowdProcess(Process process) {
    this.process = process;
  }

  /** Starts a crowd and waits until all of it is subscribed. */
  static CrowdProcess gather(ServerProcess server, CrowdSize size, Duration mqttKeepAlive) {
    List<String> command = new ArrayList<>(JavaCommand.here());
    command.addAll(
        List.of(
            "-Xmx1g",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            JavaCommand.classPath(),
            Crowd.class.getName()));
    IntStream.of(
            server.port("websocket"),
            server.port("mqtt"),
            server.port("grpc"),
            server.port("http"),
            (int) mqttKeepAlive.toSeconds(),
            size.websocket(),
            size.mqtt(),
            size.graphql(),
            size.grpc(),
            size.sse())
        .forEach(number -> command.add("" + number));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      CrowdProcess crowd = new CrowdProcess(process);
      crowd.awaitReady();
      return crowd;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady() throws IOException {
    StringBuilder said = new StringBuilder();
    BufferedReader reader = process.inputReader();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.equals(Crowd.READY)) {
        return;
      }
      said.append(line).append('\n');
    }
    throw new IllegalStateException("the crowd did not gather:\n" + said);
  }

  /**
   * Ends all clients as {@code kill -9} does: the system closes their sockets, they say nothing.
   */
  void kill() {
    process.destroyForcibly();
  }

  /** Stops the process: its sockets stay open, and nobody answers on them. */
  void fallSilent() {
    new ProcessProbe(process.pid()).signal("STOP");
  }

  @Override
  public void close() {
    kill();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
