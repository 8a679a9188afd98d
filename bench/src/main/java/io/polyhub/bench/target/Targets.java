package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import java.util.List;

/** Every kind of target there is. The same question has the same or an equal kind as its answer. */
public final class Targets {

  private static final String IN_MEMORY =
      HubYaml.merged(HubYaml.COMMON, "broker: {inMemory: true}");

  private static final TargetKind HUB = new HubKind("Polyhub", IN_MEMORY);
  private static final TargetKind HUB_ON_DISK =
      new HubKind("Polyhub on disk", HubYaml.merged(HubYaml.COMMON, ""));
  private static final TargetKind BARE_NETTY =
      new BareKind("bare Netty", BareWriter.class, Protocol.WEBSOCKET_JSON);
  private static final TargetKind BARE_GRPC =
      new BareKind("bare gRPC", BareGrpc.class, Protocol.GRPC);
  private static final TargetKind MOSQUITTO = new MosquittoKind();
  private static final TargetKind NATS = new NatsKind();
  private static final TargetKind HIVE_MQ = new HiveMqKind();
  private static final TargetKind WS = new NodeKind("ws", "ws-server.mjs", Protocol.WEBSOCKET_JSON);
  private static final TargetKind SOCKET_IO =
      new NodeKind("socket.io", "socket-io-server.mjs", Protocol.SOCKET_IO);
  private static final TargetKind GRAPHQL_WS =
      new NodeKind("graphql-ws", "graphql-ws-server.mjs", Protocol.GRAPHQL);
  private static final TargetKind CENTRIFUGO = new CentrifugoKind();

  /** All but those of the hub. */
  private static final List<TargetKind> PEERS =
      List.of(
          BARE_NETTY, BARE_GRPC, MOSQUITTO, NATS, HIVE_MQ, WS, SOCKET_IO, GRAPHQL_WS, CENTRIFUGO);

  private Targets() {}

  /** Whether it is another server than the hub. */
  public static boolean isPeer(TargetKind kind) {
    return PEERS.contains(kind);
  }

  /** The hub as one node that keeps nothing on disk. */
  public static TargetKind hub() {
    return HUB;
  }

  /**
   * The same, configured differently.
   *
   * @param yaml what to add to its configuration; where both say something, this counts
   */
  public static TargetKind hub(String yaml) {
    return new HubKind(HUB.name(), HubYaml.merged(IN_MEMORY, yaml));
  }

  /** The hub as one node that stores what is at-least-once before it acknowledges it. */
  public static TargetKind hubOnDisk() {
    return HUB_ON_DISK;
  }

  /**
   * Some nodes of the hub over one nats-server; it starts as a {@link HubCluster}.
   *
   * @param rulesYaml what to add to the configuration of each node
   */
  public static TargetKind hubs(int nodes, String rulesYaml) {
    return new HubsKind(nodes, rulesYaml);
  }

  /** A Netty program that writes ready frames to WebSockets. */
  public static TargetKind bareNetty() {
    return BARE_NETTY;
  }

  /** A grpc-java program that writes ready messages to streams of the hub's API. */
  public static TargetKind bareGrpc() {
    return BARE_GRPC;
  }

  /** Mosquitto: MQTT. */
  public static TargetKind mosquitto() {
    return MOSQUITTO;
  }

  /** NATS: its own protocol over WebSocket, and MQTT 3.1.1. */
  public static TargetKind nats() {
    return NATS;
  }

  /** HiveMQ: MQTT. */
  public static TargetKind hiveMq() {
    return HIVE_MQ;
  }

  /** The JavaScript library ws: as much of the Centrifuge protocol's JSON as load clients speak. */
  public static TargetKind ws() {
    return WS;
  }

  /** Socket.IO, over WebSocket alone. */
  public static TargetKind socketIo() {
    return SOCKET_IO;
  }

  /** The JavaScript library graphql-ws: GraphQL over WebSocket. */
  public static TargetKind graphQlWs() {
    return GRAPHQL_WS;
  }

  /** Centrifugo: the Centrifuge protocol, if PATH has it. */
  public static TargetKind centrifugo() {
    return CENTRIFUGO;
  }

  /**
   * Whether the target of this name in a report is written in a language with a managed run time;
   * false for names that no kind has.
   */
  public static boolean isManaged(String targetName) {
    return targetName.startsWith(HUB.name())
        || PEERS.stream().anyMatch(kind -> kind.isManaged() && kind.name().equals(targetName));
  }
}
