package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.polyhub.hub.CloseReason;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.PacketEncoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server's last packet on a connection, in the words of each version. Pure. */
final class Goodbye {

  private Goodbye() {}

  /**
   * The CONNACK that refuses a client, or null for none. In 3.1.1 what was not understood is
   * answered by closing alone (MQTT-3.1.4-1 there), and in both versions what is our own trouble
   * and passes: stock clients take a refusal for the last word, and come back only after a
   * connection that was lost.
   */
  static @Nullable ByteBuf connack(Answers answers, MqttReasonCode reason) {
    if (reason.passes()) {
      return null;
    }
    ByteBufAllocator alloc = answers.alloc();
    if (answers.isV5()) {
      return answers.firstThatFits(
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

  /** The server's DISCONNECT; null in 3.1.1, which has none. */
  static @Nullable ByteBuf disconnect(Answers answers, MqttReasonCode code, CloseReason why) {
    if (!answers.isV5()) {
      return null;
    }
    ByteBufAllocator alloc = answers.alloc();
    return answers.wantsProblemInformation()
        ? answers.firstThatFits(
            () -> PacketEncoder.disconnect(alloc, code, text(code, why)),
            () -> PacketEncoder.disconnect(alloc, code, null))
        : answers.firstThatFits(() -> PacketEncoder.disconnect(alloc, code, null));
  }

  /** What was done wrong has a name of its own in this protocol, all else has one in the hub. */
  private static String text(MqttReasonCode code, CloseReason why) {
    return why == CloseReason.PROTOCOL_ERROR ? code.words() : why.text();
  }
}
