package io.polyhub.mqtt;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.hub.TestHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A door in a process of its own, which can be killed. */
final class DoorProcess implements AutoCloseable {

  private final Process process;
  private final int port;

  private DoorProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts one over a durable broker in that directory, and waits until it listens. */
  static DoorProcess start(Path directory) throws IOException {
    return start("-", directory.toString());
  }

  /** Starts one that is a node among others, and waits until it is ready. */
  static DoorProcess start(URI nats, String prefix) throws IOException {
    return start(nats.toString(), prefix);
  }

  private static DoorProcess start(String nats, String place) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                DoorProcess.class.getName(),
                nats,
                place)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String line = lines.readLine();
    while (line != null && !line.startsWith("port ")) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("the process ended before it listened");
    }
    return new DoorProcess(process, Integer.parseInt(line.substring("port ".length())));
  }

  int port() {
    return port;
  }

  /** Ends it as kill -9 does, and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Runs until it is killed, or until whoever started it is gone. */
  @SuppressWarnings("SystemOut") // how it tells its port
  public static void main(String[] args) throws IOException {
    int port =
        args[0].equals("-")
            ? alone(Path.of(args[1]))
            : NodeDoor.start(URI.create(args[0]), args[1]).port();
    System.out.println("port " + port);
    System.out.flush();
    while (System.in.read() >= 0) {
      // Nothing is expected but the end.
    }
    Runtime.getRuntime().halt(1);
  }

  private static int alone(Path directory) throws IOException {
    EmbeddedConfig durable = EmbeddedConfig.in(directory);
    return TestDoor.open(TestHub.with().broker(durable).start(), TestConfig.standard()).port();
  }
}
