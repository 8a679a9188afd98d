package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.process.ProcessProbe;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The hub as one node, run as {@code ./hub serve} runs it.
 *
 * @param configuration what is not as an operator finds it, in YAML
 */
record HubKind(String name, String configuration) implements TargetKind {

  /** What the hub speaks. */
  static final Set<Protocol> PROTOCOLS =
      EnumSet.complementOf(EnumSet.of(Protocol.NATS_WEBSOCKET, Protocol.SOCKET_IO));

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
    return PROTOCOLS;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public Target start(Path folder) {
    return new HubTarget(name, ServerProcess.start(folder, configuration));
  }

  /** The port of the door at which a hub speaks the protocol. */
  static int port(ServerProcess hub, Protocol protocol) {
    return hub.port(
        switch (protocol) {
          case WEBSOCKET_JSON, WEBSOCKET_PROTOBUF, GRAPHQL -> "websocket";
          case SSE -> "http";
          case MQTT_3, MQTT_5 -> "mqtt";
          case GRPC -> "grpc";
          case NATS_WEBSOCKET, SOCKET_IO ->
              throw new IllegalArgumentException(
                  protocol + " (expected: one of " + PROTOCOLS + ")");
        });
  }

  private record HubTarget(String name, ServerProcess hub) implements Target {

    @Override
    public int port(Protocol protocol, int node) {
      if (node != 0) {
        throw new IllegalArgumentException("node: " + node + " (expected: 0)");
      }
      return HubKind.port(hub, protocol);
    }

    @Override
    public List<ProcessProbe> processes() {
      return List.of(hub.probe());
    }

    @Override
    public void close() {
      hub.close();
    }
  }
}
