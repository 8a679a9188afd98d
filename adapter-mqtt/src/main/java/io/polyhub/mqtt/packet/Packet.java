package io.polyhub.mqtt.packet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A well-formed packet from a client. What holds arrays owns them. */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed over and never changed
public sealed interface Packet {

  /**
   * A client introduces itself (section 3.1).
   *
   * @param keepAliveSeconds 0 for none
   * @param clientId empty if the server is to choose
   */
  record Connect(
      MqttVersion version,
      boolean cleanStart,
      int keepAliveSeconds,
      String clientId,
      @Nullable Will will,
      @Nullable String userName,
      byte @Nullable [] password,
      Properties properties)
      implements Packet {

    @Override
    public String toString() {
      return "Connect[" + version + ", " + clientId + "]";
    }
  }

  /** What to publish when the client is gone without a goodbye (section 3.1.2.5). */
  record Will(String topic, byte[] payload, int qos, boolean retain, Properties properties) {}

  /**
   * A publication, either way (section 3.3).
   *
   * @param topic empty if a topic alias stands for it
   * @param packetId 0 with QoS 0
   */
  record Publish(
      boolean duplicate,
      int qos,
      boolean retain,
      String topic,
      int packetId,
      Properties properties,
      byte[] payload)
      implements Packet {}

  /**
   * One of the four answers to a publication (sections 3.4 to 3.7).
   *
   * @param type PUBACK, PUBREC, PUBREL or PUBCOMP
   * @param reasonCode 0 in MQTT 3.1.1
   */
  record Ack(PacketType type, int packetId, int reasonCode) implements Packet {

    /** Whether the client refused the publication. */
    public boolean isError() {
      return reasonCode >= 0x80;
    }
  }

  /** A request for subscriptions (section 3.8). */
  record Subscribe(int packetId, Properties properties, List<TopicFilter> filters)
      implements Packet {}

  /**
   * One filter and its options.
   *
   * @param retainHandling 0 to send retained messages, 1 only if the subscription is new, 2 never
   */
  record TopicFilter(
      String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}

  /** A request to end subscriptions (section 3.10). */
  record Unsubscribe(int packetId, List<String> filters) implements Packet {}

  /** Nothing but a sign of life (section 3.12). */
  record PingRequest() implements Packet {}

  /** A goodbye (section 3.14). */
  record Disconnect(int reasonCode, Properties properties) implements Packet {}

  /** A step of enhanced authentication (section 3.15). */
  record Auth(int reasonCode, Properties properties) implements Packet {}
}
