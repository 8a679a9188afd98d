package io.polyhub.conformance;

import java.net.URI;

/**
 * Where a server's doors are, all on loopback.
 *
 * @param websocket the port for WebSockets
 * @param http the port for GraphQL over HTTP
 * @param mqtt the port for MQTT over TCP
 * @param grpc the port for gRPC
 */
public record Doors(int websocket, int http, int mqtt, int grpc) {

  static final String HOST = "127.0.0.1";

  URI centrifuge() {
    return URI.create("ws://" + HOST + ":" + websocket + "/connection/websocket");
  }

  URI graphQlWebSocket() {
    return URI.create("ws://" + HOST + ":" + websocket + "/graphql");
  }

  URI graphQl() {
    return URI.create("http://" + HOST + ":" + http + "/graphql");
  }

  URI graphQlStream() {
    return URI.create("http://" + HOST + ":" + http + "/graphql/stream");
  }

  String mqttTcp() {
    return "tcp://" + HOST + ":" + mqtt;
  }

  String mqttWebSocket() {
    return "ws://" + HOST + ":" + websocket + "/mqtt";
  }
}
