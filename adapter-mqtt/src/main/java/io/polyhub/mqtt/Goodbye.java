package io.polyhub.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Session.Expiry;
import io.polyhub.identity.Credentials;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How connections end, in the words of each version, and how their credentials are renewed. */
final class Goodbye {

  private Goodbye() {}

  /** The client says goodbye (section 3.14). */
  static void of(MqttConnection connection, Connected connected, Packet.Disconnect disconnect)
      throws PacketException {
    OptionalLong expiry = disconnect.properties().sessionExpirySeconds();
    if (expiry.isPresent()) {
      if (connected.expirySeconds() == 0 && expiry.getAsLong() != 0) {
        throw PacketException.protocolError("session expiry set at the end alone");
      }
      long max = connection.config().sessionExpiryMax().toSeconds();
      connected.expirySeconds(Math.min(expiry.getAsLong(), max));
    }
    if (disconnect.reasonCode() == MqttReasonCode.SUCCESS.code()) {
      connected.forgetWill();
      connection.left(CloseReason.CLIENT_CLOSED);
    } else {
      connection.left(CloseReason.TRANSPORT_LOST);
    }
  }

  /** The client shows fresh credentials (section 4.12.1). */
  static void refresh(MqttConnection connection, Connected connected, Packet.Auth auth)
      throws PacketException {
    String method = connected.authenticationMethod;
    if (method == null
        || !method.equals(auth.properties().authenticationMethod())
        || auth.reasonCode() != MqttReasonCode.RE_AUTHENTICATE.code()) {
      throw PacketException.protocolError("AUTH out of order");
    }
    Credentials token = ConnectFlow.token(auth.properties().authenticationData());
    if (token == null) {
      connection.fail(MqttReasonCode.NOT_AUTHORIZED, "no token to renew with");
      return;
    }
    connected
        .session
        .refresh(token)
        .whenComplete((outcome, none) -> {
          if (connection.isClosed()) {
            return;
          }
          if (outcome instanceof Outcome.Done<Expiry>) {
            connection.write(
                PacketEncoder.auth(connection.alloc(), MqttReasonCode.SUCCESS, method));
          } else {
            connection.fail(MqttReasonCode.NOT_AUTHORIZED, "token to renew with is refused");
          }
        });
  }

  /**
   * The CONNACK that refuses a client. In 3.1.1 what was not understood is answered by closing
   * alone (MQTT-3.1.4-1 there), and in both versions what is our own trouble and passes: stock
   * clients take a refusal for the last word, and come back only after a connection that was lost.
   */
  static @Nullable ByteBuf connack(
      MqttConnection connection, @Nullable MqttVersion version, MqttReasonCode reason) {
    if (version == null || reason.passes()) {
      return null;
    }
    ByteBufAllocator alloc = connection.alloc();
    if (version.isV5()) {
      return connection.firstThatFits(
          () ->
              PacketEncoder.connackV5(
                  alloc, false, reason, PacketEncoder.properties(reason.words(), List.of())),
          () -> PacketEncoder.connackV5(alloc, false, reason, Unpooled.EMPTY_BUFFER));
    }
    boolean unintelligible =
        reason == MqttReasonCode.MALFORMED_PACKET
            || reason == MqttReasonCode.PROTOCOL_ERROR
            || reason == MqttReasonCode.PACKET_TOO_LARGE
            || reason == MqttReasonCode.TOPIC_NAME_INVALID;
    return unintelligible
        ? null
        : PacketEncoder.connackV3(alloc, false, reason.connectReturnCode());
  }

  /** The server's DISCONNECT; 3.1.1 has none. */
  static @Nullable ByteBuf disconnect(
      MqttConnection connection,
      @Nullable Connected connected,
      MqttReasonCode code,
      CloseReason why) {
    if (connected == null || !connection.version().isV5()) {
      return null;
    }
    ByteBufAllocator alloc = connection.alloc();
    return connected.wantsProblemInformation
        ? connection.firstThatFits(
            () -> PacketEncoder.disconnect(alloc, code, text(code, why)),
            () -> PacketEncoder.disconnect(alloc, code, null))
        : connection.firstThatFits(() -> PacketEncoder.disconnect(alloc, code, null));
  }

  /** What was done wrong has a name of its own in this protocol, all else has one in the hub. */
  private static String text(MqttReasonCode code, CloseReason why) {
    return why == CloseReason.PROTOCOL_ERROR ? code.words() : why.text();
  }
}
