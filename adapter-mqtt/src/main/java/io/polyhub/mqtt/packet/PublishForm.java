package io.polyhub.mqtt.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Header;
import io.polyhub.channel.Publication;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is the same for every receiver of a publication in one version of MQTT: topic, properties
 * and payload, encoded once and shared.
 *
 * @param topic the topic name with its length
 * @param properties the properties that do not depend on the receiver or the time, without length
 * @param payload the payload
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record PublishForm(byte[] topic, byte[] properties, byte[] payload) {

  /**
   * The header by which the payload format indicator travels through the hub. Other doors show it
   * as they show every header.
   */
  static final String PAYLOAD_FORMAT_HEADER = "polyhub-payload-format";

  /** The value of {@link #PAYLOAD_FORMAT_HEADER} for text. */
  static final String PAYLOAD_FORMAT_TEXT = "utf-8";

  /** Its value where the publisher said that the payload is unspecified bytes. */
  static final String PAYLOAD_FORMAT_BYTES = "bytes";

  private static final byte[] NO_BYTES = {};

  /** Names the form of one version among a publication's memos. */
  private enum Key {
    V3_1_1,
    V5
  }

  /** Returns the form of that publication, made at most once. Thread-safe. */
  public static PublishForm of(Publication publication, MqttVersion version) {
    return version.isV5()
        ? publication.memo(Key.V5, PublishForm::makeV5)
        : publication.memo(Key.V3_1_1, PublishForm::makeV3);
  }

  private static PublishForm makeV3(Publication publication) {
    return new PublishForm(topicOf(publication), NO_BYTES, publication.payload());
  }

  private static PublishForm makeV5(Publication publication) {
    ByteBuf out = Unpooled.buffer();
    String contentType = publication.contentType();
    if (contentType != null) {
      out.writeByte(Property.CONTENT_TYPE.id());
      PacketEncoder.writeString(out, contentType);
    }
    String replyTo = publication.replyTo();
    if (replyTo != null && ChannelName.isValid(replyTo)) {
      out.writeByte(Property.RESPONSE_TOPIC.id());
      PacketEncoder.writeString(out, replyTo);
    }
    byte[] correlationId = publication.correlationId();
    if (correlationId != null && correlationId.length <= PacketEncoder.TWO_BYTES) {
      out.writeByte(Property.CORRELATION_DATA.id());
      out.writeShort(correlationId.length);
      out.writeBytes(correlationId);
    }
    for (Header header : publication.headers()) {
      if (header.name().equals(PAYLOAD_FORMAT_HEADER)) {
        boolean text = header.value().equals(PAYLOAD_FORMAT_TEXT);
        if (text || header.value().equals(PAYLOAD_FORMAT_BYTES)) {
          out.writeByte(Property.PAYLOAD_FORMAT_INDICATOR.id());
          out.writeByte(text ? 1 : 0);
        }
      } else {
        PacketEncoder.writeUserProperty(out, header.name(), header.value());
      }
    }
    return new PublishForm(topicOf(publication), ByteBufUtil.getBytes(out), publication.payload());
  }

  private static byte[] topicOf(Publication publication) {
    byte[] name = publication.channel().getBytes(StandardCharsets.UTF_8);
    byte[] topic = new byte[name.length + 2];
    topic[0] = (byte) (name.length >>> 8);
    topic[1] = (byte) name.length;
    System.arraycopy(name, 0, topic, 2, name.length);
    return topic;
  }

  /**
   * What one receiver gets beside the shared form.
   *
   * @param packetId 0 with QoS 0
   * @param alias the topic alias to send, or 0 for none
   * @param aliasKnown whether the receiver knows the alias already, so that the topic is left out
   * @param expirySeconds the message expiry interval, or -1 for none
   * @param subscriptionIds the identifiers of the matching subscriptions
   * @param cursor the cursor after this publication, for clients that asked, or null
   */
  @SuppressWarnings("ArrayRecordComponent") // shared by reference and never changed
  public record Envelope(
      boolean duplicate,
      int qos,
      boolean retain,
      int packetId,
      int alias,
      boolean aliasKnown,
      long expirySeconds,
      int[] subscriptionIds,
      @Nullable String cursor) {

    /** How many bytes the receiver's own properties take. */
    private int ownPropertyBytes() {
      int bytes = expirySeconds < 0 ? 0 : 5;
      bytes += alias == 0 ? 0 : 3;
      for (int id : subscriptionIds) {
        bytes += 1 + PacketEncoder.variableBytes(id);
      }
      return cursor == null
          ? bytes
          : bytes + 5 + PacketEncoder.CURSOR_PROPERTY.length() + cursor.length();
    }
  }

  /** How many bytes the packet has after its fixed header. */
  public int remainingLength(Envelope envelope, MqttVersion version) {
    int length = envelope.aliasKnown ? 2 : topic.length;
    length += envelope.qos == 0 ? 0 : 2;
    if (version.isV5()) {
      int propertyBytes = envelope.ownPropertyBytes() + properties.length;
      length += PacketEncoder.variableBytes(propertyBytes) + propertyBytes;
    }
    return length + payload.length;
  }

  /** Writes all of the packet but its payload. */
  public void writeHead(ByteBuf out, Envelope envelope, MqttVersion version) {
    int first = PacketType.PUBLISH.firstByte() | (envelope.qos << 1);
    first |= envelope.duplicate ? 8 : 0;
    first |= envelope.retain ? 1 : 0;
    out.writeByte(first);
    PacketEncoder.writeVariable(out, remainingLength(envelope, version));
    if (envelope.aliasKnown) {
      out.writeShort(0);
    } else {
      out.writeBytes(topic);
    }
    if (envelope.qos > 0) {
      out.writeShort(envelope.packetId);
    }
    if (!version.isV5()) {
      return;
    }
    PacketEncoder.writeVariable(out, envelope.ownPropertyBytes() + properties.length);
    if (envelope.expirySeconds >= 0) {
      out.writeByte(Property.MESSAGE_EXPIRY_INTERVAL.id());
      out.writeInt((int) envelope.expirySeconds);
    }
    if (envelope.alias != 0) {
      out.writeByte(Property.TOPIC_ALIAS.id());
      out.writeShort(envelope.alias);
    }
    for (int id : envelope.subscriptionIds) {
      out.writeByte(Property.SUBSCRIPTION_IDENTIFIER.id());
      PacketEncoder.writeVariable(out, id);
    }
    if (envelope.cursor != null) {
      PacketEncoder.writeUserProperty(out, PacketEncoder.CURSOR_PROPERTY, envelope.cursor);
    }
    out.writeBytes(properties);
  }
}
