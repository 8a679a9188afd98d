package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.Property;
import org.jspecify.annotations.Nullable;

/** The CONNACK that accepts a client (section 3.2). */
final class Connack {

  private final DoorLimits limits;
  private final Answers answers;
  private final Packet.Connect connect;
  private final long expirySeconds;
  private final @Nullable String assignedId;

  /**
   * Prepares it.
   *
   * @param expirySeconds how long the session outlives the connection
   * @param assignedId the client identifier that the server has chosen, or null
   */
  Connack(
      DoorLimits limits,
      Answers answers,
      Packet.Connect connect,
      long expirySeconds,
      @Nullable String assignedId) {
    this.limits = limits;
    this.answers = answers;
    this.connect = connect;
    this.expirySeconds = expirySeconds;
    this.assignedId = assignedId;
  }

  /**
   * Returns the packet; null if the client takes none that says what it must know.
   *
   * @param present whether the session was there before
   * @param serverKeepAlive the keep alive in force if the client has to be told, or -1
   * @param complete whether the session goes on without a gap
   */
  @Nullable ByteBuf accepting(boolean present, int serverKeepAlive, boolean complete) {
    ByteBufAllocator alloc = answers.alloc();
    return switch (connect.version()) {
      // 3.1 has no session present flag.
      case V3_1 -> PacketEncoder.connackV3(alloc, false, 0);
      case V3_1_1 -> PacketEncoder.connackV3(alloc, present, 0);
      case V5 ->
          answers.firstThatFits(
              () -> connackV5(present, properties(serverKeepAlive, true, complete)),
              () -> connackV5(present, properties(serverKeepAlive, false, true)));
    };
  }

  private ByteBuf connackV5(boolean present, ByteBuf properties) {
    return PacketEncoder.connackV5(answers.alloc(), present, MqttReasonCode.SUCCESS, properties);
  }

  /**
   * What the server has to say of itself (section 3.2.2.3); what is as usual is left out.
   *
   * @param all whether also what a client can do without
   */
  private ByteBuf properties(int serverKeepAlive, boolean all, boolean complete) {
    ByteBuf out = Unpooled.buffer(64);
    long asked = connect.properties().sessionExpirySeconds().orElse(0);
    if (asked != expirySeconds) {
      out.writeByte(Property.SESSION_EXPIRY_INTERVAL.id()).writeInt((int) expirySeconds);
    }
    out.writeByte(Property.RECEIVE_MAXIMUM.id()).writeShort(limits.exchanges().receiveMaximum());
    out.writeByte(Property.MAXIMUM_PACKET_SIZE.id())
        .writeInt(limits.connections().maxPacketBytes());
    if (assignedId != null) {
      out.writeByte(Property.ASSIGNED_CLIENT_IDENTIFIER.id());
      PacketEncoder.writeString(out, assignedId);
    }
    if (all && limits.exchanges().topicAliasMaximum() > 0) {
      out.writeByte(Property.TOPIC_ALIAS_MAXIMUM.id())
          .writeShort(limits.exchanges().topicAliasMaximum());
    }
    if (all) {
      out.writeByte(Property.SHARED_SUBSCRIPTION_AVAILABLE.id()).writeByte(1);
    }
    if (serverKeepAlive >= 0) {
      out.writeByte(Property.SERVER_KEEP_ALIVE.id()).writeShort(serverKeepAlive);
    }
    if (connect.properties().authenticationMethod() != null) {
      out.writeByte(Property.AUTHENTICATION_METHOD.id());
      PacketEncoder.writeString(out, TokenAuthentication.METHOD);
    }
    if (!complete) {
      PacketEncoder.writeUserProperty(out, SubscriptionFlow.RECOVERED, "false");
    }
    return out;
  }
}
