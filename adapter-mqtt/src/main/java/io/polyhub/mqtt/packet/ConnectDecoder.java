package io.polyhub.mqtt.packet;

import static io.polyhub.mqtt.packet.PacketException.malformed;

import io.netty.buffer.ByteBuf;
import io.polyhub.channel.ChannelName;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads CONNECT, the one packet that says in which version it is (section 3.1). Pure. */
public final class ConnectDecoder {

  /** Bits of the CONNECT flags (section 3.1.2.3). */
  private static final int RESERVED = 0x01;

  private static final int CLEAN_START = 0x02;
  private static final int WILL = 0x04;
  private static final int WILL_RETAIN = 0x20;
  private static final int PASSWORD = 0x40;
  private static final int USER_NAME = 0x80;

  private static final String PROTOCOL_NAME = "MQTT";
  private static final String PROTOCOL_NAME_OF_3_1 = "MQIsdp";

  private ConnectDecoder() {}

  /** Reads the body of a CONNECT. */
  static Packet.Connect decode(WireReader in) throws PacketException {
    String name = in.string();
    if (!name.equals(PROTOCOL_NAME) && !name.equals(PROTOCOL_NAME_OF_3_1)) {
      throw malformed("not the name of the protocol");
    }
    MqttVersion version = version(in.oneByte(), name);
    int flags = in.oneByte();
    checkConnectFlags(flags, version);
    int keepAliveSeconds = in.twoByteInteger();
    Properties properties =
        version.isV5() ? Properties.read(in, Property.IN_CONNECT) : Properties.NONE;
    String clientId = in.string();
    Packet.Will will = (flags & WILL) == 0 ? null : will(flags, in, version);
    String userName = (flags & USER_NAME) == 0 ? null : in.string();
    byte[] password = (flags & PASSWORD) == 0 ? null : in.binary();
    boolean cleanStart = (flags & CLEAN_START) != 0;
    return new Packet.Connect(
        version, cleanStart, keepAliveSeconds, clientId, will, userName, password, properties);
  }

  private static MqttVersion version(int level, String name) throws PacketException {
    if (name.equals(PROTOCOL_NAME_OF_3_1)) {
      if (level == MqttVersion.V3_1.level()) {
        return MqttVersion.V3_1;
      }
    } else {
      if (level == MqttVersion.V3_1_1.level()) {
        return MqttVersion.V3_1_1;
      }
      if (level == MqttVersion.V5.level()) {
        return MqttVersion.V5;
      }
    }
    throw new PacketException(
        MqttReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "protocol level is not 3, 4 or 5");
  }

  private static void checkConnectFlags(int flags, MqttVersion version) throws PacketException {
    if ((flags & RESERVED) != 0) {
      throw malformed("reserved flag of CONNECT");
    }
    int willQos = willQos(flags);
    if (willQos == 3) {
      throw malformed("will with QoS 3");
    }
    if ((flags & WILL) == 0 && (willQos != 0 || (flags & WILL_RETAIN) != 0)) {
      throw malformed("will flags without a will");
    }
    if (!version.isV5() && (flags & PASSWORD) != 0 && (flags & USER_NAME) == 0) {
      throw malformed("password without a user name");
    }
  }

  private static int willQos(int flags) {
    return (flags >>> 3) & 3;
  }

  private static Packet.Will will(int flags, WireReader in, MqttVersion version)
      throws PacketException {
    Properties properties =
        version.isV5() ? Properties.read(in, Property.IN_WILL) : Properties.NONE;
    String topic = in.string();
    if (!ChannelName.isValid(topic)) {
      throw new PacketException(MqttReasonCode.TOPIC_NAME_INVALID, "not a topic name");
    }
    int length = in.twoByteInteger();
    int outer = in.narrow(length);
    byte[] payload = in.payload(properties.payloadIsText());
    in.widen(outer);
    boolean retain = (flags & WILL_RETAIN) != 0;
    return new Packet.Will(topic, payload, willQos(flags), retain, properties);
  }

  /**
   * The version in which a client can be told why its CONNECT is refused, although that could not
   * be read in full; null if it does not speak any that is known.
   *
   * @param start where the packet began
   */
  public static @Nullable MqttVersion versionOf(ByteBuf in, int start) {
    if (in.writerIndex() <= start || in.getUnsignedByte(start) != PacketType.CONNECT.firstByte()) {
      return null;
    }
    int name = start + 1;
    while (name < in.writerIndex() && in.getByte(name) < 0) {
      name++;
    }
    name++;
    int level = name + 2 + PROTOCOL_NAME.length();
    if (level >= in.writerIndex()
        || in.getUnsignedShort(name) != PROTOCOL_NAME.length()
        || !in.toString(name + 2, PROTOCOL_NAME.length(), StandardCharsets.US_ASCII)
            .equals(PROTOCOL_NAME)) {
      return level < in.writerIndex() && saysOldName(in, name) ? MqttVersion.V3_1 : null;
    }
    return in.getUnsignedByte(level) >= MqttVersion.V5.level()
        ? MqttVersion.V5
        : MqttVersion.V3_1_1;
  }

  private static boolean saysOldName(ByteBuf in, int at) {
    int length = PROTOCOL_NAME_OF_3_1.length();
    return in.writerIndex() >= at + 2 + length
        && in.getUnsignedShort(at) == length
        && in.toString(at + 2, length, StandardCharsets.US_ASCII).equals(PROTOCOL_NAME_OF_3_1);
  }
}
