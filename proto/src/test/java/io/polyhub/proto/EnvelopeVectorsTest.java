package io.polyhub.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageLite;
import io.polyhub.proto.envelope.v1.ChannelMembers;
import io.polyhub.proto.envelope.v1.Envelope;
import io.polyhub.proto.envelope.v1.Header;
import io.polyhub.proto.envelope.v1.Member;
import io.polyhub.proto.envelope.v1.PresenceEvent;
import io.polyhub.proto.envelope.v1.PresenceJoin;
import io.polyhub.proto.envelope.v1.PresenceLeave;
import io.polyhub.proto.envelope.v1.PresenceSnapshot;
import io.polyhub.proto.envelope.v1.Publisher;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Envelopes, byte by byte, read and written: a log of today is read by every later version. */
final class EnvelopeVectorsTest {

  static Stream<Arguments> envelopes() {
    return Stream.of(
        row(
            "a publication with all that it can have",
            Envelope.newBuilder()
                .setFormatVersion(1)
                .setChannel("a/b")
                .setPayload(utf8("{}"))
                .setTimeMs(1_000)
                .setContentType("t")
                .setPublisher(
                    Publisher.newBuilder().setUser("u").setSessionId("s").setInfo(utf8("i")))
                .addHeaders(Header.newBuilder().setName("n").setValue("1"))
                .addHeaders(Header.newBuilder().setName("n").setValue("2"))
                .setRequestedQuality(2)
                .setRetain(true)
                .setExpiresMs(2_000)
                .setIdempotencyKey("k")
                .setReplyTo("r")
                .setCorrelationId(utf8("c")),
            0x08,
            1, // format_version
            0x12,
            3,
            "a/b", // channel
            0x1a,
            2,
            "{}", // payload
            0x20,
            0xe8,
            0x07, // time_ms
            0x2a,
            1,
            "t", // content_type
            0x32,
            9,
            0x0a,
            1,
            "u",
            0x12,
            1,
            "s",
            0x1a,
            1,
            "i", // publisher
            0x3a,
            6,
            0x0a,
            1,
            "n",
            0x12,
            1,
            "1", // headers
            0x3a,
            6,
            0x0a,
            1,
            "n",
            0x12,
            1,
            "2", // headers
            0x40,
            2, // requested_quality
            0x48,
            1, // retain
            0x50,
            0xd0,
            0x0f, // expires_ms
            0x5a,
            1,
            "k", // idempotency_key
            0x62,
            1,
            "r", // reply_to
            0x6a,
            1,
            "c"), // correlation_id
        row(
            "an empty correlation id, which is not the same as none",
            Envelope.newBuilder().setChannel("a").setCorrelationId(ByteString.EMPTY),
            0x12,
            1,
            "a", // channel
            0x6a,
            0), // correlation_id
        row(
            "a join",
            PresenceEvent.newBuilder()
                .setFormatVersion(1)
                .setNodeId("n")
                .setSequence(3)
                .setTimeMs(5)
                .setJoin(PresenceJoin.newBuilder().setChannel("a").setMember(member())),
            0x08,
            1, // format_version
            0x12,
            1,
            "n", // node_id
            0x18,
            3, // sequence
            0x20,
            5, // time_ms
            0x2a,
            20, // join
            0x0a,
            1,
            "a", // channel
            0x12,
            15, // member
            0x0a,
            1,
            "s",
            0x12,
            1,
            "u",
            0x1a,
            1,
            "i",
            0x22,
            1,
            "d",
            0x2a,
            1,
            "c"),
        row(
            "a leave",
            PresenceEvent.newBuilder()
                .setLeave(
                    PresenceLeave.newBuilder()
                        .setChannel("a")
                        .setMember(Member.newBuilder().setSessionId("s"))),
            0x32,
            8, // leave
            0x0a,
            1,
            "a", // channel
            0x12,
            3,
            0x0a,
            1,
            "s"), // member
        row(
            "the last part of a snapshot",
            PresenceEvent.newBuilder()
                .setSnapshot(
                    PresenceSnapshot.newBuilder()
                        .addChannels(
                            ChannelMembers.newBuilder()
                                .setChannel("a")
                                .addMembers(Member.newBuilder().setSessionId("s")))
                        .setPart(2)
                        .setLast(true)),
            0x3a,
            14, // snapshot
            0x0a,
            8,
            0x0a,
            1,
            "a",
            0x12,
            3,
            0x0a,
            1,
            "s", // channels
            0x10,
            2, // part
            0x18,
            1)); // last
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("envelopes")
  void bytes_are_read_as_their_message(String name, MessageLite message, byte[] bytes)
      throws IOException {
    assertThat(message.getParserForType().parseFrom(bytes)).isEqualTo(message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("envelopes")
  void a_message_is_written_as_its_bytes(String name, MessageLite message, byte[] bytes) {
    assertThat(message.toByteArray()).isEqualTo(bytes);
  }

  @Test
  void what_a_later_version_added_is_passed_on() throws IOException {
    byte[] fromLater =
        Bytes.of(
            0x12, 1, "a", // channel
            0x32, 6, 0x0a, 1, "u", 0xa2, 0x06, 0, // publisher with an unknown field 100
            0xa2, 0x06, 3, "new"); // an unknown field 100

    Envelope envelope = Envelope.parseFrom(fromLater);

    assertThat(envelope.toBuilder().build().toByteArray()).isEqualTo(fromLater);
  }

  @Test
  void every_field_of_an_envelope_costs_one_byte_for_its_number() {
    assertThat(Envelope.getDescriptor().getFields())
        .extracting(FieldDescriptor::getNumber)
        .allMatch(number -> number < 16);
  }

  private static Member.Builder member() {
    return Member.newBuilder()
        .setSessionId("s")
        .setUser("u")
        .setInfo(utf8("i"))
        .setDoor("d")
        .setChannelInfo(utf8("c"));
  }

  private static Arguments row(String name, MessageLite.Builder message, Object... bytes) {
    return Arguments.of(name, message.build(), Bytes.of(bytes));
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
