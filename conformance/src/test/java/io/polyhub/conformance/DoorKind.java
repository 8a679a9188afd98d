package io.polyhub.conformance;

import static io.polyhub.conformance.Feature.ACKNOWLEDGED;
import static io.polyhub.conformance.Feature.HISTORY;
import static io.polyhub.conformance.Feature.KEYS;
import static io.polyhub.conformance.Feature.MUST_RECOVER;
import static io.polyhub.conformance.Feature.PRESENCE;
import static io.polyhub.conformance.Feature.PRESENCE_EVENTS;
import static io.polyhub.conformance.Feature.REFRESH;
import static io.polyhub.conformance.Feature.SEES_CHANNEL;
import static io.polyhub.conformance.Feature.SEES_PROPERTIES;
import static io.polyhub.conformance.Feature.SENDS_BYTES;
import static io.polyhub.conformance.Feature.SENDS_PROPERTIES;
import static io.polyhub.conformance.Feature.SESSION;
import static io.polyhub.conformance.Feature.TAKES_CURSOR;
import static io.polyhub.conformance.Feature.TELLS_CURSOR;
import static io.polyhub.conformance.Feature.TOLD_OF_REFUSED_PUBLISH;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The kinds of clients: a door, the form in which it is spoken, and the client that speaks it. A
 * new kind does not compile until {@link #connect} has a client for it.
 */
public enum DoorKind {
  /** Bare, since the stock client for JSON is JavaScript's. A JSON client sends JSON alone. */
  WEBSOCKET_JSON(
      Door.WEBSOCKET,
      EnumSet.of(
          SEES_PROPERTIES,
          SEES_CHANNEL,
          ACKNOWLEDGED,
          TOLD_OF_REFUSED_PUBLISH,
          TELLS_CURSOR,
          TAKES_CURSOR,
          MUST_RECOVER,
          HISTORY,
          PRESENCE,
          PRESENCE_EVENTS,
          REFRESH,
          SESSION)),
  /** Bare, where WebSocket cannot pass: replies on a stream, commands by requests of their own. */
  HTTP_STREAM_JSON(
      Door.HTTP_STREAM,
      EnumSet.of(
          SEES_PROPERTIES,
          SEES_CHANNEL,
          ACKNOWLEDGED,
          TOLD_OF_REFUSED_PUBLISH,
          TELLS_CURSOR,
          TAKES_CURSOR,
          MUST_RECOVER,
          HISTORY,
          PRESENCE,
          PRESENCE_EVENTS,
          REFRESH,
          SESSION)),
  /** Bare, for what the stock client does not offer. */
  WEBSOCKET_PROTOBUF(
      Door.WEBSOCKET,
      EnumSet.of(
          SENDS_BYTES,
          SEES_PROPERTIES,
          SEES_CHANNEL,
          ACKNOWLEDGED,
          TOLD_OF_REFUSED_PUBLISH,
          TELLS_CURSOR,
          TAKES_CURSOR,
          MUST_RECOVER,
          HISTORY,
          PRESENCE,
          PRESENCE_EVENTS,
          REFRESH,
          SESSION)),
  /**
   * centrifuge-java, which resumes by itself, from no other place than its own, and gives no
   * channel with what it receives.
   */
  WEBSOCKET_PROTOBUF_STOCK(
      Door.WEBSOCKET,
      EnumSet.of(
          SENDS_BYTES,
          SEES_PROPERTIES,
          ACKNOWLEDGED,
          TOLD_OF_REFUSED_PUBLISH,
          HISTORY,
          PRESENCE,
          PRESENCE_EVENTS,
          SESSION)),
  /** Paho, as are all kinds of MQTT. */
  MQTT_3_QOS_0(Door.MQTT, EnumSet.of(SENDS_BYTES, SEES_CHANNEL, SESSION)),
  MQTT_3_QOS_1(Door.MQTT, EnumSet.of(SENDS_BYTES, SEES_CHANNEL, ACKNOWLEDGED, SESSION)),
  MQTT_3_QOS_2(Door.MQTT, EnumSet.of(SENDS_BYTES, SEES_CHANNEL, ACKNOWLEDGED, SESSION)),
  MQTT_5_QOS_0(
      Door.MQTT,
      EnumSet.of(
          SENDS_BYTES,
          SENDS_PROPERTIES,
          SEES_PROPERTIES,
          SEES_CHANNEL,
          TELLS_CURSOR,
          TAKES_CURSOR,
          SESSION)),
  MQTT_5_QOS_1(Door.MQTT, with(mqtt5(), REFRESH)),
  MQTT_5_QOS_2(Door.MQTT, with(mqtt5(), REFRESH)),
  /** Without refresh, which Paho gets wrong, and which can be put right over TCP alone. */
  MQTT_5_WEBSOCKET(Door.MQTT, mqtt5()),
  GRAPHQL_WEBSOCKET(
      Door.GRAPHQL,
      EnumSet.of(
          SENDS_BYTES,
          SENDS_PROPERTIES,
          SEES_PROPERTIES,
          SEES_CHANNEL,
          ACKNOWLEDGED,
          TOLD_OF_REFUSED_PUBLISH,
          TELLS_CURSOR,
          TAKES_CURSOR,
          MUST_RECOVER,
          KEYS,
          HISTORY,
          PRESENCE,
          PRESENCE_EVENTS,
          REFRESH,
          SESSION)),
  /** Publishes by HTTP requests, and receives server-sent events. */
  GRAPHQL_SSE(
      Door.GRAPHQL,
      EnumSet.of(
          SENDS_BYTES,
          SENDS_PROPERTIES,
          SEES_PROPERTIES,
          SEES_CHANNEL,
          ACKNOWLEDGED,
          TOLD_OF_REFUSED_PUBLISH,
          TELLS_CURSOR,
          TAKES_CURSOR,
          MUST_RECOVER,
          HISTORY,
          PRESENCE,
          PRESENCE_EVENTS)),
  GRPC(
      Door.GRPC,
      EnumSet.of(
          SENDS_BYTES,
          SENDS_PROPERTIES,
          SEES_PROPERTIES,
          SEES_CHANNEL,
          ACKNOWLEDGED,
          TOLD_OF_REFUSED_PUBLISH,
          TELLS_CURSOR,
          TAKES_CURSOR,
          MUST_RECOVER,
          KEYS,
          HISTORY,
          PRESENCE,
          PRESENCE_EVENTS,
          REFRESH,
          SESSION));

  private final Door door;

  @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
  private final Set<Feature> features;

  DoorKind(Door door, Set<Feature> features) {
    this.door = door;
    this.features = Set.copyOf(features);
  }

  private static Set<Feature> mqtt5() {
    return EnumSet.of(
        SENDS_BYTES,
        SENDS_PROPERTIES,
        SEES_PROPERTIES,
        SEES_CHANNEL,
        ACKNOWLEDGED,
        TOLD_OF_REFUSED_PUBLISH,
        TELLS_CURSOR,
        TAKES_CURSOR,
        KEYS,
        SESSION);
  }

  private static Set<Feature> with(Set<Feature> features, Feature more) {
    features.add(more);
    return features;
  }

  Door door() {
    return door;
  }

  /** Whether it publishes with QoS 1, which no other door does. */
  boolean isQos1() {
    return switch (this) {
      case MQTT_3_QOS_1, MQTT_5_QOS_1, MQTT_5_WEBSOCKET -> true;
      case WEBSOCKET_JSON,
          HTTP_STREAM_JSON,
          WEBSOCKET_PROTOBUF,
          WEBSOCKET_PROTOBUF_STOCK,
          MQTT_3_QOS_0,
          MQTT_3_QOS_2,
          MQTT_5_QOS_0,
          MQTT_5_QOS_2,
          GRAPHQL_WEBSOCKET,
          GRAPHQL_SSE,
          GRPC ->
          false;
    };
  }

  public boolean has(Feature feature) {
    return features.contains(feature);
  }

  /** The kinds that have the feature. */
  static Stream<DoorKind> having(Feature feature) {
    return Stream.of(values()).filter(kind -> kind.has(feature));
  }

  /** A client without credentials. */
  DoorClient connect(Doors doors) {
    return connect(doors, "");
  }

  /**
   * A client that shows a token, if it is not empty.
   *
   * @throws Refused if it is not admitted
   */
  public DoorClient connect(Doors doors, String token) {
    return switch (this) {
      case WEBSOCKET_JSON, HTTP_STREAM_JSON -> CentrifugeClient.connect(this, true, doors, token);
      case WEBSOCKET_PROTOBUF -> CentrifugeClient.connect(this, false, doors, token);
      case WEBSOCKET_PROTOBUF_STOCK -> CentrifugeSdkClient.connect(doors, token);
      case MQTT_3_QOS_0 -> Mqtt3Client.connect(this, 0, doors, token);
      case MQTT_3_QOS_1 -> Mqtt3Client.connect(this, 1, doors, token);
      case MQTT_3_QOS_2 -> Mqtt3Client.connect(this, 2, doors, token);
      case MQTT_5_QOS_0 -> mqtt5(0, doors.mqttTcp(), token);
      case MQTT_5_QOS_1 -> mqtt5(1, doors.mqttTcp(), token);
      case MQTT_5_QOS_2 -> mqtt5(2, doors.mqttTcp(), token);
      case MQTT_5_WEBSOCKET -> mqtt5(1, doors.mqttWebSocket(), token);
      case GRAPHQL_WEBSOCKET -> GraphQlSocketClient.connect(doors, token);
      case GRAPHQL_SSE -> GraphQlHttpClient.at(doors, token);
      case GRPC -> GrpcClient.connect(doors, token);
    };
  }

  /**
   * A client of MQTT with a session that outlives its connections.
   *
   * @param clientId names the session
   */
  Sleeper connectPersistent(Doors doors, String clientId) {
    return switch (this) {
      case MQTT_3_QOS_1 -> Mqtt3Client.persistent(this, 1, doors, clientId);
      case MQTT_3_QOS_2 -> Mqtt3Client.persistent(this, 2, doors, clientId);
      case MQTT_5_QOS_1 -> persistent5(1, doors.mqttTcp(), clientId);
      case MQTT_5_QOS_2 -> persistent5(2, doors.mqttTcp(), clientId);
      case MQTT_5_WEBSOCKET -> persistent5(1, doors.mqttWebSocket(), clientId);
      default -> throw new IllegalArgumentException(this + " (expected: MQTT with a session)");
    };
  }

  private Sleeper persistent5(int quality, String uri, String clientId) {
    Mqtt5Client.Arrival arrival = new Mqtt5Client.Arrival(uri, "", clientId, true);
    return Mqtt5Client.connect(this, quality, arrival);
  }

  private DoorClient mqtt5(int quality, String uri, String token) {
    return Mqtt5Client.connect(this, quality, Mqtt5Client.Arrival.at(uri, token));
  }
}
