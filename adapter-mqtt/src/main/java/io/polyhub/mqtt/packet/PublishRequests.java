package io.polyhub.mqtt.packet;

import io.polyhub.channel.Header;
import io.polyhub.channel.Quality;
import io.polyhub.hub.PublishRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Turns what MQTT publishes into the hub's requests. Pure. */
public final class PublishRequests {

  /** The user property that is taken as the idempotency key, and does not travel along. */
  static final String IDEMPOTENCY_KEY = "polyhub-idempotency-key";

  private PublishRequests() {}

  public static PublishRequest request(Packet.Publish publish, String topic) {
    return request(publish, topic, null);
  }

  /**
   * Makes the request of a publication.
   *
   * @param key the idempotency key, unless the client has given one
   */
  public static PublishRequest request(Packet.Publish publish, String topic, @Nullable String key) {
    return request(
        topic, publish.payload(), publish.qos(), publish.retain(), publish.properties(), key);
  }

  public static PublishRequest request(Packet.Will will) {
    return request(
        will.topic(), will.payload(), will.qos(), will.retain(), will.properties(), null);
  }

  private static PublishRequest request(
      String topic,
      byte[] payload,
      int qos,
      boolean retain,
      Properties properties,
      @Nullable String key) {
    String given = properties.userProperty(IDEMPOTENCY_KEY);
    OptionalLong expiry = properties.messageExpirySeconds();
    return new PublishRequest(
        topic,
        payload,
        properties.contentType(),
        headers(properties),
        properties.responseTopic(),
        properties.correlationData(),
        expiry.isPresent() ? Duration.ofSeconds(expiry.getAsLong()) : null,
        retain,
        quality(qos),
        given == null ? key : given,
        null);
  }

  private static List<Header> headers(Properties properties) {
    List<Header> given = properties.userProperties();
    if (given.isEmpty() && !properties.saysPayloadFormat()) {
      return given;
    }
    List<Header> headers = new ArrayList<>(given.size() + 1);
    for (Header header : given) {
      if (!header.name().equals(IDEMPOTENCY_KEY)
          && !header.name().equals(PublishForm.PAYLOAD_FORMAT_HEADER)) {
        headers.add(header);
      }
    }
    if (properties.saysPayloadFormat()) {
      headers.add(
          new Header(
              PublishForm.PAYLOAD_FORMAT_HEADER,
              properties.payloadIsText()
                  ? PublishForm.PAYLOAD_FORMAT_TEXT
                  : PublishForm.PAYLOAD_FORMAT_BYTES));
    }
    return headers;
  }

  /** How hard that QoS carries. */
  public static Quality quality(int qos) {
    return switch (qos) {
      case 0 -> Quality.FIRE_AND_FORGET;
      case 1 -> Quality.ACKNOWLEDGED;
      default -> Quality.ASSURED;
    };
  }

  /** The QoS that carries as hard as this. */
  public static int qos(Quality quality) {
    return switch (quality) {
      case FIRE_AND_FORGET -> 0;
      case ACKNOWLEDGED -> 1;
      case ASSURED -> 2;
    };
  }
}
