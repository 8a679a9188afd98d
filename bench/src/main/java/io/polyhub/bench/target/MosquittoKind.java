package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Eclipse Mosquitto, an MQTT broker written in C: one process with one thread. */
final class MosquittoKind implements TargetKind {

  private static final int DEFAULT_PORT = 1883;

  /**
   * Nothing on disk, and neither a limit on what may wait for a client nor on what it may have
   * unacknowledged: by default Mosquitto drops what comes above 1,000 messages, in silence.
   */
  private static final String CONFIGURATION =
      """
      listener %d 127.0.0.1
      allow_anonymous true
      persistence false
      max_inflight_messages 0
      max_queued_messages 0
      set_tcp_nodelay true
      sys_interval 0
      log_dest stdout
      log_type error
      """;

  private final Optional<Path> program = Programs.find("mosquitto");
  private final String name = Programs.versioned("Mosquitto", program, "-h");

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isManaged() {
    return false;
  }

  @Override
  public boolean isJvm() {
    return false;
  }

  @Override
  public Set<Protocol> protocols() {
    return Set.of(Protocol.MQTT_3, Protocol.MQTT_5);
  }

  @Override
  public Optional<String> missing() {
    return program.isPresent()
        ? Optional.empty()
        : Optional.of("there is no mosquitto (Debian and Ubuntu: apt-get install mosquitto)");
  }

  @Override
  public String configuration() {
    return CONFIGURATION.formatted(DEFAULT_PORT);
  }

  @Override
  public Target start(Path folder) {
    int port = Ports.free();
    Path file = Folders.write(folder.resolve("mosquitto.conf"), CONFIGURATION.formatted(port));
    PeerProcess process =
        PeerProcess.start(
            folder,
            "mosquitto",
            Map.of(),
            List.of(program.orElseThrow().toString(), "-c", file.toString()));
    process.awaitOpen(List.of(port));
    Map<Protocol, Integer> ports = new EnumMap<>(Protocol.class);
    protocols().forEach(protocol -> ports.put(protocol, port));
    return new PeerTarget(name, ports, process);
  }
}
