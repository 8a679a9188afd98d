package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.process.ProcessProbe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Some nodes of the hub over one nats-server, each a process of its own. */
public final class HubCluster implements Target {

  private final String name;
  private final NatsServer nats;
  private final List<ServerProcess> hubs = new ArrayList<>();

  private HubCluster(String name, NatsServer nats) {
    this.name = name;
    this.nats = nats;
  }

  static HubCluster start(HubsKind kind, Path folder) {
    NatsServer nats = NatsServer.start(Folders.made(folder.resolve("nats")));
    HubCluster cluster = new HubCluster(kind.name(), nats);
    String yaml = kind.hubYaml(nats.port());
    try {
      for (int i = 0; i < kind.nodes(); i++) {
        cluster.hubs.add(ServerProcess.start(Folders.made(folder.resolve("hub-" + i)), yaml));
      }
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int nodes() {
    return hubs.size();
  }

  @Override
  public int port(Protocol protocol, int node) {
    return HubKind.port(hub(node), protocol);
  }

  /** A node, to be stopped and started again; 0 for the first. */
  public ServerProcess hub(int node) {
    return hubs.get(node);
  }

  /** What a node tells of itself. */
  public Metrics metrics(int node) {
    return hub(node).metrics();
  }

  @Override
  public List<ProcessProbe> processes() {
    List<ProcessProbe> all = new ArrayList<>(hubProcesses());
    all.add(natsProcess());
    return all;
  }

  /** The processes of the hub alone. */
  public List<ProcessProbe> hubProcesses() {
    return hubs.stream().map(ServerProcess::probe).toList();
  }

  /** The process of the nats-server. */
  public ProcessProbe natsProcess() {
    return nats.process().probe();
  }

  /** What went through the nats-server. */
  public NatsCounts natsCounts() {
    return nats.counts();
  }

  @Override
  public void close() {
    hubs.forEach(ServerProcess::close);
    nats.close();
  }
}
