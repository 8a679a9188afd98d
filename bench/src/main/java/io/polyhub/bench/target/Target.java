package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.process.ProcessProbe;
import java.util.List;

/**
 * A server that runs and is measured, in processes of its own. Not safe for several threads at
 * once. Closing kills the processes, whatever state they are in.
 */
public interface Target extends AutoCloseable {

  /** How reports name it. */
  String name();

  /** How many nodes it has; clients may connect to any of them. */
  default int nodes() {
    return 1;
  }

  /**
   * The loopback port on which a node speaks the protocol.
   *
   * @param node 0 for the first
   * @throws IllegalArgumentException if the target does not speak it
   */
  int port(Protocol protocol, int node);

  /** The port of the first node. */
  default int port(Protocol protocol) {
    return port(protocol, 0);
  }

  /** The processes that do its work, those of what it needs (such as NATS) among them. */
  List<ProcessProbe> processes();

  /** The seconds that all of its threads have run. */
  default double cpuSeconds() {
    return processes().stream().mapToDouble(ProcessProbe::cpuSeconds).sum();
  }

  /** The bytes of its processes that are in memory. */
  default long residentBytes() {
    return processes().stream().mapToLong(ProcessProbe::residentBytes).sum();
  }

  @Override
  void close();
}
