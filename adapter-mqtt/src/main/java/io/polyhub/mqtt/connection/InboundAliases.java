package io.polyhub.mqtt.connection;

import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketException;
import java.util.HashMap;
import java.util.Map;

/**
 * The topic aliases that a client has set on its connection (section 3.3.2.3.4). Confined to the
 * connection's lane.
 */
final class InboundAliases {

  private final int max;
  private Map<Integer, String> topics = Map.of();

  /**
   * Makes it without aliases.
   *
   * @param max the highest alias, and so the most of them
   */
  InboundAliases(int max) {
    this.max = max;
  }

  /** The topic of a publication, by name or by alias. */
  String resolve(Packet.Publish publish) throws PacketException {
    int alias = publish.properties().topicAlias();
    if (alias == 0) {
      return publish.topic();
    }
    if (alias > max) {
      throw new PacketException(MqttReasonCode.TOPIC_ALIAS_INVALID, "topic alias is too large");
    }
    if (!publish.topic().isEmpty()) {
      if (topics.isEmpty()) {
        topics = new HashMap<>(4);
      }
      topics.put(alias, publish.topic());
      return publish.topic();
    }
    String topic = topics.get(alias);
    if (topic == null) {
      throw PacketException.protocolError("topic alias was not set");
    }
    return topic;
  }
}
