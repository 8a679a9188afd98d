package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.process.ProcessProbe;
import java.util.List;
import java.util.Map;

/**
 * A peer that runs as one process.
 *
 * @param ports where it speaks what
 */
record PeerTarget(String name, Map<Protocol, Integer> ports, PeerProcess process)
    implements Target {

  PeerTarget {
    ports = Map.copyOf(ports);
  }

  @Override
  public int port(Protocol protocol, int node) {
    Integer port = ports.get(protocol);
    if (port == null || node != 0) {
      throw new IllegalArgumentException(
          "%s on node %d (expected: one of %s on node 0)".formatted(protocol, node, ports));
    }
    return port;
  }

  @Override
  public List<ProcessProbe> processes() {
    return List.of(process.probe());
  }

  @Override
  public void close() {
    process.close();
  }
}
