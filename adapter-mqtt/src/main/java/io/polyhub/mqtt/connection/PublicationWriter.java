package io.polyhub.mqtt.connection;

import io.polyhub.channel.Publication;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.Properties;
import io.polyhub.mqtt.packet.PublishForm;
import io.polyhub.mqtt.session.ClientSubscription;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes publications to one client, no larger than it takes, with the topic aliases that it
 * allows. Confined to the connection's lane.
 */
final class PublicationWriter {

  private final Answers answers;
  private final MqttVersion version;
  private final InstantSource clock;
  private final MqttMetrics metrics;
  private final long packetBytesMax;
  private final int aliasMax;
  private Map<String, Integer> aliases = Map.of();

  /**
   * Makes it.
   *
   * @param asked what the client has said of itself
   */
  PublicationWriter(MqttDoor door, Answers answers, Properties asked) {
    this.answers = answers;
    version = answers.version();
    clock = door.clock;
    metrics = door.metrics;
    packetBytesMax =
        Math.min(door.limits.connections().maxPacketBytes(), asked.maximumPacketSize());
    aliasMax = Math.min(door.limits.exchanges().outboundAliasMaximum(), asked.topicAliasMaximum());
  }

  /**
   * Writes a PUBLISH; returns whether it was, which it is not if it is too large for the client.
   */
  boolean write(
      Publication publication,
      boolean duplicate,
      int qos,
      boolean retain,
      int packetId,
      int[] ids,
      @Nullable String cursor) {
    PublishForm form = PublishForm.of(publication, version);
    int known = aliases.getOrDefault(publication.channel(), 0);
    int alias = known != 0 ? known : aliases.size() < aliasMax ? aliases.size() + 1 : 0;
    PublishForm.Envelope envelope =
        new PublishForm.Envelope(
            duplicate,
            qos,
            retain,
            packetId,
            alias,
            known != 0,
            version.isV5() ? expirySeconds(publication) : -1,
            version.isV5() ? ids : ClientSubscription.NO_IDS,
            cursor);
    int length = form.remainingLength(envelope, version);
    if (length + PacketEncoder.variableBytes(length) + 1 > packetBytesMax) {
      metrics.tooLarge.increment();
      return false;
    }
    if (known == 0 && alias != 0) {
      if (aliases.isEmpty()) {
        aliases = new HashMap<>(4);
      }
      aliases.put(publication.channel(), alias);
    }
    answers.publish(form, envelope, length);
    metrics.sent.increment();
    return true;
  }

  /** What is left of the time to live, in whole seconds, at least 1 (section 3.3.2.3.3). */
  private long expirySeconds(Publication publication) {
    if (publication.expiresAtMillis() == 0) {
      return -1;
    }
    long millis = publication.expiresAtMillis() - clock.millis();
    return Math.clamp(Math.ceilDiv(millis, 1000), 1, 0xFFFF_FFFFL);
  }
}
