package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Centrifugo 6, a server of the Centrifuge protocol, written in Go. Its configuration is by its
 * documentation: it was not on any machine on which this was written, so it was never tried.
 */
final class CentrifugoKind implements TargetKind {

  private static final int USUAL_PORT = 8000;

  /** Everyone may do everything, as with the hub that is measured; no history. */
  private static final String CONFIGURATION =
      """
      {
        "http_server": {"address": "127.0.0.1", "port": %d},
        "client": {"insecure": true},
        "log": {"level": "error"}
      }
      """;

  private final Optional<Path> program = Programs.find("centrifugo");
  private final String name = Programs.versioned("Centrifugo", program, "version");

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
    return Set.of(Protocol.WEBSOCKET_JSON);
  }

  @Override
  public Optional<String> missing() {
    return program.isPresent()
        ? Optional.empty()
        : Optional.of("there is no centrifugo on PATH (a release of version 6 holds one program)");
  }

  @Override
  public String configuration() {
    return CONFIGURATION.formatted(USUAL_PORT);
  }

  @Override
  public Target start(Path folder) {
    int port = Ports.free();
    Folders.write(folder.resolve("config.json"), CONFIGURATION.formatted(port));
    PeerProcess process =
        PeerProcess.start(
            folder,
            "centrifugo",
            Map.of(),
            List.of(program.orElseThrow().toString(), "--config", "config.json"));
    process.awaitOpen(List.of(port));
    return new PeerTarget(name, Map.of(Protocol.WEBSOCKET_JSON, port), process);
  }
}
