package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.polyhub.channel.Header;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketType;
import io.polyhub.mqtt.packet.Properties;
import io.polyhub.mqtt.packet.PublishForm;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Packets to a client whose CONNECT was read, in its version and no larger than it takes (section
 * 3.1.2.11.4). Confined to the connection's lane.
 */
final class Answers {

  private final Client client;
  private final PacketWriter writer;
  private final MqttVersion version;
  private final long packetBytesMax;
  private final boolean problemInformation;

  /**
   * Makes them.
   *
   * @param asked what the client has said of itself
   */
  Answers(Client client, PacketWriter writer, MqttVersion version, Properties asked) {
    this.client = client;
    this.writer = writer;
    this.version = version;
    packetBytesMax = asked.maximumPacketSize();
    problemInformation = asked.wantsProblemInformation();
  }

  /** The version agreed on. */
  MqttVersion version() {
    return version;
  }

  boolean isV5() {
    return version.isV5();
  }

  /** Whether the client wants reason strings and user properties on any packet. */
  boolean wantsProblemInformation() {
    return problemInformation;
  }

  ByteBufAllocator alloc() {
    return writer.alloc();
  }

  boolean isWritable() {
    return writer.isWritable();
  }

  private boolean fits(int bytes) {
    return bytes <= packetBytesMax;
  }

  /** Makes one form of a packet after the other; null if the client takes none of them. */
  @SafeVarargs
  final @Nullable ByteBuf firstThatFits(Supplier<ByteBuf>... forms) {
    for (Supplier<ByteBuf> form : forms) {
      ByteBuf packet = form.get();
      if (fits(packet.readableBytes())) {
        return packet;
      }
      packet.release();
    }
    return null;
  }

  /**
   * Writes a packet that the client waits for: one that is too large for it ends the connection.
   */
  void write(@Nullable ByteBuf packet) {
    if (packet == null) {
      client.fail(MqttReasonCode.PACKET_TOO_LARGE, "no answer is small enough for the client");
    } else if (fits(packet.readableBytes())) {
      writer.write(packet);
    } else {
      packet.release();
      write(null);
    }
  }

  /** Writes a publication of that remaining length. */
  void publish(PublishForm form, PublishForm.Envelope envelope, int length) {
    writer.write(form, envelope, version, length);
  }

  /** Writes PUBACK, PUBREC, PUBREL or PUBCOMP. */
  void ack(PacketType type, int packetId, MqttReasonCode reason, List<Header> told) {
    boolean refusal = type == PacketType.PUBACK || type == PacketType.PUBREC;
    String text = refusal && reason.isError() && problemInformation ? reason.words() : null;
    write(
        text == null && told.isEmpty()
            ? PacketEncoder.ack(alloc(), version, type, packetId, reason, null, told)
            : firstThatFits(
                () -> PacketEncoder.ack(alloc(), version, type, packetId, reason, text, told),
                () ->
                    PacketEncoder.ack(alloc(), version, type, packetId, reason, null, List.of())));
  }

  /** Writes SUBACK. */
  void subscribed(int packetId, byte[] codes, List<Header> told) {
    MqttReasonCode refusal = problemInformation ? firstError(codes) : null;
    String text = refusal == null ? null : refusal.words();
    write(
        firstThatFits(
            () -> codes(PacketType.SUBACK, packetId, codes, text, told),
            () -> codes(PacketType.SUBACK, packetId, codes, null, List.of())));
  }

  /** Writes UNSUBACK. */
  void unsubscribed(int packetId, byte[] codes) {
    write(
        version.isV5()
            ? codes(PacketType.UNSUBACK, packetId, codes, null, List.of())
            : PacketEncoder.unsubackV3(alloc(), packetId));
  }

  private ByteBuf codes(
      PacketType type, int packetId, byte[] codes, @Nullable String text, List<Header> told) {
    return PacketEncoder.codes(alloc(), version, type, packetId, codes, text, told);
  }

  private static @Nullable MqttReasonCode firstError(byte[] codes) {
    for (byte code : codes) {
      for (MqttReasonCode reason : MqttReasonCode.values()) {
        if (code < 0 && reason.code() == (code & 0xFF)) {
          return reason;
        }
      }
    }
    return null;
  }
}
