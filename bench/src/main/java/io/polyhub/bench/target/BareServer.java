package io.polyhub.bench.target;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The {@link BareWriter} in a process of its own. */
public final class BareServer implements AutoCloseable {

  private final Process process;
  private final int port;

  private BareServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it.
   *
   * @param line what it writes to each subscriber
   */
  public static BareServer start(String line) {
    List<String> command = new ArrayList<>(JavaCommand.here());
    command.addAll(ServerProcess.JVM);
    command.addAll(List.of("-cp", JavaCommand.classPath(), BareWriter.class.getName(), line));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Children.endWithThis(process);
      BufferedReader said = process.inputReader();
      String first = said.readLine();
      if (first == null || !first.matches("\\d+")) {
        process.destroyForcibly();
        throw new IllegalStateException("the bare program did not start: " + first);
      }
      return new BareServer(process, Integer.parseInt(first));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public ProcessProbe probe() {
    return new ProcessProbe(process.pid());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
