package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** NATS as a server of its own, written in Go. */
final class NatsKind implements TargetKind {

  private final String name = Programs.versioned("NATS", NatsServer.PROGRAM, "--version");

  @Override
  public String name() {
    return name;
  }

  /** Go's run time collects garbage. */
  @Override
  public boolean isManaged() {
    return true;
  }

  @Override
  public boolean isJvm() {
    return false;
  }

  @Override
  public Set<Protocol> protocols() {
    return Set.of(Protocol.NATS_WEBSOCKET, Protocol.MQTT_3);
  }

  @Override
  public Optional<String> missing() {
    return NatsServer.PROGRAM.isPresent() ? Optional.empty() : Optional.of(NatsServer.MISSING);
  }

  @Override
  public String configuration() {
    return NatsServer.configuration();
  }

  @Override
  public Target start(Path folder) {
    NatsServer server = NatsServer.start(folder);
    Map<Protocol, Integer> ports =
        Map.of(
            Protocol.NATS_WEBSOCKET, server.webSocketPort(),
            Protocol.MQTT_3, server.mqttPort());
    return new PeerTarget(name, ports, server.process());
  }
}
