package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.process.JavaCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program that does nothing but write, in a JVM with the flags of the hub's: what fan-out over a
 * protocol costs at the least.
 *
 * @param program prints its port, and runs until it is killed
 * @param protocol as much of it as load clients speak
 */
record BareKind(String name, Class<?> program, Protocol protocol) implements TargetKind {

  @Override
  public boolean isManaged() {
    return true;
  }

  @Override
  public boolean isJvm() {
    return true;
  }

  @Override
  public Set<Protocol> protocols() {
    return Set.of(protocol);
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public String configuration() {
    return "java " + String.join(" ", ServerProcess.JVM) + " " + program.getSimpleName();
  }

  @Override
  public Target start(Path folder) {
    List<String> command = new ArrayList<>(JavaCommand.here());
    command.addAll(ServerProcess.JVM);
    command.addAll(List.of("-cp", JavaCommand.classPath(), program.getName()));
    PeerProcess process = PeerProcess.start(folder, program.getSimpleName(), Map.of(), command);
    return new PeerTarget(name, Map.of(protocol, process.awaitPort()), process);
  }
}
