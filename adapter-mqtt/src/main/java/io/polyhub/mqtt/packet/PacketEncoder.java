package io.polyhub.mqtt.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.polyhub.channel.Header;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns what the server says into packets, but for publications ({@link PublishForm}). Pure. */
public final class PacketEncoder {

  /** The user property that carries a cursor, to clients that asked. */
  public static final String CURSOR_PROPERTY = "polyhub-cursor";

  /** The most that a length of two bytes can say. */
  static final int TWO_BYTES = 0xFFFF;

  private PacketEncoder() {}

  /** The answer to a CONNECT in 3.1 and 3.1.1 (section 3.2 there). */
  public static ByteBuf connackV3(ByteBufAllocator alloc, boolean sessionPresent, int returnCode) {
    ByteBuf out = alloc.buffer(4);
    out.writeByte(PacketType.CONNACK.firstByte());
    out.writeByte(2);
    out.writeByte(sessionPresent ? 1 : 0);
    return out.writeByte(returnCode);
  }

  /** The answer to a CONNECT in 5.0 (section 3.2). */
  public static ByteBuf connackV5(
      ByteBufAllocator alloc, boolean sessionPresent, MqttReasonCode reason, ByteBuf properties) {
    int length = 2 + variableBytes(properties.readableBytes()) + properties.readableBytes();
    ByteBuf out = start(alloc, PacketType.CONNACK, length);
    out.writeByte(sessionPresent ? 1 : 0);
    out.writeByte(reason.code());
    return writeProperties(out, properties);
  }

  /**
   * PUBACK, PUBREC, PUBREL or PUBCOMP. The reason is left out where the specification allows it.
   *
   * @param text the reason in words, or null
   */
  public static ByteBuf ack(
      ByteBufAllocator alloc,
      MqttVersion version,
      PacketType type,
      int packetId,
      MqttReasonCode reason,
      @Nullable String text,
      List<Header> userProperties) {
    boolean withProperties = version.isV5() && (text != null || !userProperties.isEmpty());
    if (!withProperties && (!version.isV5() || reason == MqttReasonCode.SUCCESS)) {
      return start(alloc, type, 2).writeShort(packetId);
    }
    if (!withProperties) {
      return start(alloc, type, 3).writeShort(packetId).writeByte(reason.code());
    }
    ByteBuf properties = properties(text, userProperties);
    int length = 3 + variableBytes(properties.readableBytes()) + properties.readableBytes();
    ByteBuf out = start(alloc, type, length).writeShort(packetId).writeByte(reason.code());
    return writeProperties(out, properties);
  }

  /** SUBACK, or UNSUBACK in 5.0: one code for each filter, in order (sections 3.9 and 3.11). */
  public static ByteBuf codes(
      ByteBufAllocator alloc,
      MqttVersion version,
      PacketType type,
      int packetId,
      byte[] codes,
      @Nullable String text,
      List<Header> userProperties) {
    if (!version.isV5()) {
      return start(alloc, type, 2 + codes.length).writeShort(packetId).writeBytes(codes);
    }
    ByteBuf properties = properties(text, userProperties);
    int propertyBytes = properties.readableBytes();
    int length = 2 + variableBytes(propertyBytes) + propertyBytes + codes.length;
    ByteBuf out = start(alloc, type, length).writeShort(packetId);
    return writeProperties(out, properties).writeBytes(codes);
  }

  /** UNSUBACK in 3.1.1, which has no codes (section 3.11 there). */
  public static ByteBuf unsubackV3(ByteBufAllocator alloc, int packetId) {
    return start(alloc, PacketType.UNSUBACK, 2).writeShort(packetId);
  }

  public static ByteBuf pingResponse(ByteBufAllocator alloc) {
    return start(alloc, PacketType.PINGRESP, 0);
  }

  /** The server's goodbye, in 5.0 alone (section 3.14). */
  public static ByteBuf disconnect(
      ByteBufAllocator alloc, MqttReasonCode reason, @Nullable String text) {
    if (text == null) {
      return start(alloc, PacketType.DISCONNECT, 1).writeByte(reason.code());
    }
    ByteBuf properties = properties(text, List.of());
    int length = 1 + variableBytes(properties.readableBytes()) + properties.readableBytes();
    ByteBuf out = start(alloc, PacketType.DISCONNECT, length).writeByte(reason.code());
    return writeProperties(out, properties);
  }

  /** A step of enhanced authentication, in 5.0 alone (section 3.15). */
  public static ByteBuf auth(ByteBufAllocator alloc, MqttReasonCode reason, String method) {
    ByteBuf properties = Unpooled.buffer();
    properties.writeByte(Property.AUTHENTICATION_METHOD.id());
    writeString(properties, method);
    int length = 1 + variableBytes(properties.readableBytes()) + properties.readableBytes();
    ByteBuf out = start(alloc, PacketType.AUTH, length).writeByte(reason.code());
    return writeProperties(out, properties);
  }

  private static ByteBuf start(ByteBufAllocator alloc, PacketType type, int length) {
    ByteBuf out = alloc.buffer(1 + variableBytes(length) + length);
    out.writeByte(type.firstByte());
    writeVariable(out, length);
    return out;
  }

  private static ByteBuf writeProperties(ByteBuf out, ByteBuf properties) {
    writeVariable(out, properties.readableBytes());
    return out.writeBytes(properties);
  }

  /** Properties that say something about another packet: a reason in words, and our own. */
  public static ByteBuf properties(@Nullable String text, List<Header> headers) {
    if (text == null && headers.isEmpty()) {
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf out = Unpooled.buffer();
    if (text != null) {
      out.writeByte(Property.REASON_STRING.id());
      writeString(out, text);
    }
    for (Header header : headers) {
      writeUserProperty(out, header.name(), header.value());
    }
    return out;
  }

  public static void writeUserProperty(ByteBuf out, String name, String value) {
    out.writeByte(Property.USER_PROPERTY.id());
    writeString(out, name);
    writeString(out, value);
  }

  /**
   * Writes a string. Other doors take strings that MQTT cannot carry: NUL becomes U+FFFD, and what
   * does not fit the two bytes of the length is cut between characters.
   */
  public static void writeString(ByteBuf out, String text) {
    int start = out.writerIndex();
    out.writeShort(0);
    int length = ByteBufUtil.writeUtf8(out, text.replace('\0', '\uFFFD'));
    if (length > TWO_BYTES) {
      length = TWO_BYTES;
      while ((out.getByte(start + 2 + length) & 0xC0) == 0x80) {
        length--;
      }
      out.writerIndex(start + 2 + length);
    }
    out.setShort(start, length);
  }

  /** How many bytes a variable byte integer takes (section 1.5.5). */
  public static int variableBytes(int value) {
    return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
  }

  static void writeVariable(ByteBuf out, int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }
}
