package io.polyhub.conformance;

/** The protocols of the hub, by the names which presence and metrics have for them. */
enum Door {
  WEBSOCKET("websocket"),
  HTTP_STREAM("http_stream"),
  MQTT("mqtt"),
  GRAPHQL("graphql"),
  GRPC("grpc");

  private final String text;

  Door(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
