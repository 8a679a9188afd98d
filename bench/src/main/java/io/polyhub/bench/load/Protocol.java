package io.polyhub.bench.load;

import java.util.Locale;

/** What load clients can speak: a protocol with its form on the wire and its carrier. */
public enum Protocol {
  /** The Centrifuge client protocol over WebSocket, in JSON. */
  WEBSOCKET_JSON("WebSocket JSON"),

  /** The Centrifuge client protocol over WebSocket, in Protobuf. */
  WEBSOCKET_PROTOBUF("WebSocket Protobuf"),

  /** GraphQL over WebSocket, {@code graphql-transport-ws}. */
  GRAPHQL("GraphQL"),

  /** GraphQL over server-sent events, in distinct connections. */
  SSE("SSE"),

  /** MQTT 3.1.1 over TCP. */
  MQTT_3("MQTT 3.1.1"),

  /** MQTT 5 over TCP. */
  MQTT_5("MQTT 5"),

  /** The hub's own API over gRPC: one stream in one connection for each client. */
  GRPC("gRPC"),

  /** NATS' own protocol over WebSocket. */
  NATS_WEBSOCKET("NATS WebSocket"),

  /** Socket.IO over WebSocket. */
  SOCKET_IO("Socket.IO");

  private final String title;

  Protocol(String title) {
    this.title = title;
  }

  /** As people write it. */
  public String title() {
    return title;
  }

  /** As it stands in commands: in lower case with hyphens. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * A client that talks it.
   *
   * @param index the client's number
   */
  Dialect dialect(ClientSpec spec, int index) {
    return switch (this) {
      case WEBSOCKET_JSON ->
          new CentrifugeDialect(false, spec.channels(index).toArray(String[]::new));
      case GRAPHQL -> new GraphQlDialect(spec.channels(index).getFirst());
      case MQTT_5 -> new MqttDialect(spec.mqtt(index));
      case WEBSOCKET_PROTOBUF, SSE, MQTT_3, GRPC, NATS_WEBSOCKET, SOCKET_IO ->
          throw new UnsupportedOperationException(title);
    };
  }
}
