package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.polyhub.mqtt.packet.ConnectDecoder;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketDecoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.PacketStream;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.StoredSessionCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whatever comes, packets are read or refused, and how the bytes are cut makes no difference. */
final class PacketFuzzTest {

  private static final int LIMIT = 4096;

  @FuzzTest
  void packets_are_read_or_refused(byte[] bytes) {
    Reader atOnce = new Reader();
    PacketStream whole = new PacketStream();
    whole.add(Unpooled.copiedBuffer(bytes), UnpooledByteBufAllocator.DEFAULT, atOnce::read);
    whole.drop();

    Reader oneByOne = new Reader();
    PacketStream cut = new PacketStream();
    for (byte one : bytes) {
      if (oneByOne.refusal == null) {
        ByteBuf in = Unpooled.copiedBuffer(new byte[] {one});
        cut.add(in, UnpooledByteBufAllocator.DEFAULT, oneByOne::read);
      }
    }
    cut.drop();

    assertThat(oneByOne.read).isEqualTo(atOnce.read);
    assertThat(oneByOne.refusal).isEqualTo(atOnce.refusal);
  }

  @FuzzTest
  void stored_sessions_are_read_or_refused(byte[] bytes) {
    StoredSessionCodec.decode(bytes)
        .ifPresent(session -> {
          assertThat(StoredSessionCodec.decode(StoredSessionCodec.encode(session)))
              .contains(session);
          assertThat(SessionData.restored(session)).isNotNull();
        });
  }

  /** Reads as a connection does, and notes what it read. */
  private static final class Reader {

    final List<String> read = new ArrayList<>();
    @Nullable MqttReasonCode refusal;
    private @Nullable MqttVersion version;

    void read(ByteBuf in) {
      int start = in.readerIndex();
      try {
        while (refusal == null) {
          int before = in.readerIndex();
          Packet packet = PacketDecoder.next(in, version, LIMIT);
          if (packet == null) {
            assertThat(in.readerIndex()).isEqualTo(before);
            return;
          }
          assertThat(in.readerIndex()).isGreaterThan(before).isLessThanOrEqualTo(before + LIMIT);
          read.add(packet.getClass().getSimpleName() + (in.readerIndex() - before));
          if (packet instanceof Packet.Connect connect) {
            version = connect.version();
          }
        }
      } catch (PacketException mistake) {
        refusal = mistake.reason();
        if (version == null) {
          MqttVersion told = ConnectDecoder.versionOf(in, start);
          assertThat(told == null || told.level() >= 4).isTrue();
        }
      }
    }
  }
}
