package io.polyhub.bench.load;

import java.util.List;
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
    List<String> channels = spec.channels(index);
    boolean resuming = spec.persistent() && !channels.isEmpty();
    if (resuming && channels.size() > 1 && this != MQTT_3 && this != MQTT_5) {
      throw new IllegalArgumentException(
          "channels: " + channels + " (expected: one, to come back to)");
    }
    return switch (this) {
      case WEBSOCKET_JSON ->
          resuming
              ? CentrifugeDialect.resuming(channels.getFirst())
              : new CentrifugeDialect(false, channels.toArray(String[]::new));
      case WEBSOCKET_PROTOBUF ->
          resuming
              ? CentrifugeProtobufDialect.resuming(channels.getFirst())
              : CentrifugeProtobufDialect.of(channels);
      case GRAPHQL -> GraphQlDialect.of(channels, resuming);
      case SSE -> new EventStreamDialect(channels.getFirst(), resuming);
      case MQTT_3 -> new MqttDialect(spec.mqtt(index, 4));
      case MQTT_5 -> new MqttDialect(spec.mqtt(index, 5));
      case GRPC -> new GrpcDialect(channels, resuming);
      case NATS_WEBSOCKET -> new NatsDialect(channels);
      case SOCKET_IO -> new SocketIoDialect(channels);
    };
  }
}
