package io.polyhub.conformance;

import io.polyhub.channel.Verb;

/** The codes with which each kind of client is refused. */
final class Refusals {

  private Refusals() {}

  /** A client without a good token, when it comes in or, where there is no session, asks. */
  static String notAdmitted(DoorKind kind, Showing showing) {
    boolean outOfTime = showing.isOutOfTime();
    return switch (kind) {
      case WEBSOCKET_JSON, HTTP_STREAM_JSON, WEBSOCKET_PROTOBUF, WEBSOCKET_PROTOBUF_STOCK ->
          outOfTime ? "109" : showing == Showing.MISSING ? "3501" : "3500";
      case MQTT_3_QOS_0, MQTT_3_QOS_1, MQTT_3_QOS_2 -> outOfTime ? "5" : "4";
      case MQTT_5_QOS_0, MQTT_5_QOS_1, MQTT_5_QOS_2, MQTT_5_WEBSOCKET -> outOfTime ? "135" : "134";
      case GRAPHQL_WEBSOCKET -> "4403";
      case GRAPHQL_SSE -> outOfTime ? "CREDENTIALS_EXPIRED" : "UNAUTHENTICATED";
      case GRPC -> outOfTime ? "ERROR_CODE_CREDENTIALS_EXPIRED" : "ERROR_CODE_UNAUTHENTICATED";
    };
  }

  /** A client that lacks the permission for what it asks. */
  static String denied(DoorKind kind, Verb verb) {
    return switch (kind) {
      case WEBSOCKET_JSON, HTTP_STREAM_JSON, WEBSOCKET_PROTOBUF, WEBSOCKET_PROTOBUF_STOCK -> "103";
      // MQTT 3.1.1 has no code for a publication that is refused: the connection ends (3.3.5).
      case MQTT_3_QOS_0, MQTT_3_QOS_1, MQTT_3_QOS_2 -> verb == Verb.PUBLISH ? "lost" : "128";
      case MQTT_5_QOS_0, MQTT_5_QOS_1, MQTT_5_QOS_2, MQTT_5_WEBSOCKET -> "135";
      case GRAPHQL_WEBSOCKET, GRAPHQL_SSE -> "PERMISSION_DENIED";
      case GRPC -> "ERROR_CODE_PERMISSION_DENIED";
    };
  }
}
