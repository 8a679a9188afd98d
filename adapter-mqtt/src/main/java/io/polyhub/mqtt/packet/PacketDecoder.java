package io.polyhub.mqtt.packet;

import static io.polyhub.mqtt.packet.PacketException.malformed;
import static io.polyhub.mqtt.packet.PacketException.protocolError;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes from a client into packets. Pure and thread-safe: keeps nothing between calls.
 *
 * <p>Netty's own decoder is not used: it lets pass reserved flags, surrogates and NUL in strings,
 * repeated properties and values out of range, and costs every idle connection a buffer of state.
 */
public final class PacketDecoder {

  /** The largest fixed header: one byte and a variable byte integer. */
  public static final int FIXED_HEADER_BYTES_MAX = 5;

  /** The most filters in one SUBSCRIBE or UNSUBSCRIBE. */
  static final int FILTERS_MAX = 1_000;

  private static final int DUPLICATE = 8;

  private static final Set<Integer> MAY_REPEAT_IN_3_1 =
      Set.of(
          PacketType.PUBREL.firstByte(),
          PacketType.SUBSCRIBE.firstByte(),
          PacketType.UNSUBSCRIBE.firstByte());

  private PacketDecoder() {}

  /**
   * Reads the next packet.
   *
   * @param version what was agreed, or null if a CONNECT must come first
   * @param maxBytes the largest packet, all in; a larger one is refused as soon as its fixed header
   *     is there
   * @return the packet, with the reader index behind it; or null, with the reader index where it
   *     was, if there is none in full
   */
  public static @Nullable Packet next(ByteBuf in, @Nullable MqttVersion version, int maxBytes)
      throws PacketException {
    int start = in.readerIndex();
    if (!in.isReadable()) {
      return null;
    }
    PacketType type = type(in.getUnsignedByte(start), version);
    if ((type == PacketType.CONNECT) != (version == null)) {
      throw protocolError(version == null ? "first packet is no CONNECT" : "second CONNECT");
    }
    int length = 0;
    int lengthBytes = 0;
    int digit;
    do {
      if (lengthBytes == FIXED_HEADER_BYTES_MAX - 1) {
        throw malformed("remaining length is over four bytes");
      }
      if (in.readableBytes() < lengthBytes + 2) {
        return null;
      }
      digit = in.getUnsignedByte(start + 1 + lengthBytes);
      length |= (digit & 0x7F) << (7 * lengthBytes);
      lengthBytes++;
    } while (digit >= 0x80);
    if (digit == 0 && lengthBytes > 1) {
      throw malformed("remaining length is not in its shortest form");
    }
    int whole = 1 + lengthBytes + length;
    if (whole > maxBytes) {
      throw new PacketException(MqttReasonCode.PACKET_TOO_LARGE, "packet is too large");
    }
    if (in.readableBytes() < whole) {
      return null;
    }
    int flags = in.getByte(start) & 0x0F;
    in.skipBytes(1 + lengthBytes);
    WireReader body = new WireReader(in, start + whole);
    Packet packet =
        version == null ? ConnectDecoder.decode(body) : body(type, flags, body, version);
    body.finish();
    return packet;
  }

  /** In 3.1 also repeats of packets that are answered are marked as such (section 2.1 there). */
  private static PacketType type(int first, @Nullable MqttVersion version) throws PacketException {
    return PacketType.of(
        version == MqttVersion.V3_1 && MAY_REPEAT_IN_3_1.contains(first & ~DUPLICATE)
            ? first & ~DUPLICATE
            : first);
  }

  private static Packet body(PacketType type, int flags, WireReader in, MqttVersion version)
      throws PacketException {
    return switch (type) {
      case PUBLISH -> publish(flags, in, version);
      case PUBACK, PUBREC, PUBREL, PUBCOMP -> ack(type, in, version);
      case SUBSCRIBE -> subscribe(in, version);
      case UNSUBSCRIBE -> unsubscribe(in, version);
      case PINGREQ -> new Packet.PingRequest();
      case DISCONNECT -> disconnect(in, version);
      case AUTH -> auth(in, version);
      case CONNECT, CONNACK, SUBACK, UNSUBACK, PINGRESP ->
          throw protocolError("packet is the server's to send");
    };
  }

  private static Packet.Publish publish(int flags, WireReader in, MqttVersion version)
      throws PacketException {
    boolean duplicate = (flags & 8) != 0;
    int qos = (flags >>> 1) & 3;
    boolean retain = (flags & 1) != 0;
    if (qos == 3) {
      throw malformed("QoS 3");
    }
    if (duplicate && qos == 0) {
      throw malformed("duplicate flag with QoS 0");
    }
    String topic = in.string();
    int packetId = qos == 0 ? 0 : in.packetId();
    Properties properties =
        version.isV5() ? Properties.read(in, Property.IN_PUBLISH) : Properties.NONE;
    if (topic.isEmpty() && properties.topicAlias() == 0) {
      throw protocolError("neither topic nor alias");
    }
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      throw new PacketException(MqttReasonCode.TOPIC_NAME_INVALID, "wildcard in a topic name");
    }
    byte[] payload = in.payload(properties.payloadIsText());
    return new Packet.Publish(duplicate, qos, retain, topic, packetId, properties, payload);
  }

  private static Packet.Ack ack(PacketType type, WireReader in, MqttVersion version)
      throws PacketException {
    int packetId = in.packetId();
    int reasonCode = 0;
    if (version.isV5() && in.hasMore()) {
      reasonCode = known(in.oneByte(), type.reasonCodes());
      if (in.hasMore()) {
        Properties.read(in, Property.IN_ACK);
      }
    }
    return new Packet.Ack(type, packetId, reasonCode);
  }

  /** A reason code is one of those that the packet may carry (section 2.4). */
  private static int known(int reasonCode, Set<Integer> codes) throws PacketException {
    if (!codes.contains(reasonCode)) {
      throw malformed("reason code does not belong in this packet");
    }
    return reasonCode;
  }

  private static Packet.Subscribe subscribe(WireReader in, MqttVersion version)
      throws PacketException {
    int packetId = in.packetId();
    Properties properties =
        version.isV5() ? Properties.read(in, Property.IN_SUBSCRIBE) : Properties.NONE;
    List<Packet.TopicFilter> filters = new ArrayList<>(1);
    while (in.hasMore()) {
      checkRoom(filters);
      String filter = topicFilter(in.string());
      filters.add(options(filter, in.oneByte(), version));
    }
    if (filters.isEmpty()) {
      throw protocolError("SUBSCRIBE without a filter");
    }
    return new Packet.Subscribe(packetId, properties, List.copyOf(filters));
  }

  /** The subscription options (section 3.8.3.1). */
  private static Packet.TopicFilter options(String filter, int options, MqttVersion version)
      throws PacketException {
    int qos = options & 3;
    int retainHandling = (options >>> 4) & 3;
    int reserved = version.isV5() ? 0xC0 : 0xFC;
    if (qos == 3 || (options & reserved) != 0) {
      throw malformed("subscription options");
    }
    boolean noLocal = (options & 4) != 0;
    if (retainHandling == 3 || (noLocal && SharedFilter.isShared(filter))) {
      throw protocolError("subscription options");
    }
    return new Packet.TopicFilter(filter, qos, noLocal, (options & 8) != 0, retainHandling);
  }

  private static Packet.Unsubscribe unsubscribe(WireReader in, MqttVersion version)
      throws PacketException {
    int packetId = in.packetId();
    if (version.isV5()) {
      Properties.read(in, Property.IN_UNSUBSCRIBE);
    }
    List<String> filters = new ArrayList<>(1);
    while (in.hasMore()) {
      checkRoom(filters);
      filters.add(topicFilter(in.string()));
    }
    if (filters.isEmpty()) {
      throw protocolError("UNSUBSCRIBE without a filter");
    }
    return new Packet.Unsubscribe(packetId, List.copyOf(filters));
  }

  private static void checkRoom(List<?> filters) throws PacketException {
    if (filters.size() == FILTERS_MAX) {
      throw new PacketException(MqttReasonCode.QUOTA_EXCEEDED, "too many filters in one packet");
    }
  }

  /**
   * A filter has at least one character (MQTT-4.7.3-1). Whether its wildcards are where they may be
   * is answered filter by filter.
   */
  private static String topicFilter(String filter) throws PacketException {
    if (filter.isEmpty()) {
      throw protocolError("empty topic filter");
    }
    return filter;
  }

  private static Packet.Disconnect disconnect(WireReader in, MqttVersion version)
      throws PacketException {
    if (!version.isV5() || !in.hasMore()) {
      return new Packet.Disconnect(0, Properties.NONE);
    }
    int reasonCode = known(in.oneByte(), PacketType.DISCONNECT.reasonCodes());
    Properties properties =
        in.hasMore() ? Properties.read(in, Property.IN_DISCONNECT) : Properties.NONE;
    return new Packet.Disconnect(reasonCode, properties);
  }

  private static Packet.Auth auth(WireReader in, MqttVersion version) throws PacketException {
    if (!version.isV5()) {
      throw malformed("packet type 15 is reserved in 3.1.1");
    }
    if (!in.hasMore()) {
      return new Packet.Auth(0, Properties.NONE);
    }
    int reasonCode = in.oneByte();
    Properties properties = in.hasMore() ? Properties.read(in, Property.IN_AUTH) : Properties.NONE;
    return new Packet.Auth(reasonCode, properties);
  }
}
