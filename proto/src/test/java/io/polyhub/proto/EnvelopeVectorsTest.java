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
            "08 01", // format_version
            "12 03 'a/b'", // channel
            "1a 02 '{}'", // payload
            "20 e8 07", // time_ms
            "2a 01 't'", // content_type
            "32 09 0a 01 'u' 12 01 's' 1a 01 'i'", // publisher
            "3a 06 0a 01 'n' 12 01 '1'", // headers
            "3a 06 0a 01 'n' 12 01 '2'", // headers
            "40 02", // requested_quality
            "48 01", // retain
            "50 d0 0f", // expires_ms
            "5a 01 'k'", // idempotency_key
            "62 01 'r'", // reply_to
            "6a 01 'c'"), // correlation_id
        row(
            "an empty correlation id, which is not the same as none",
            Envelope.newBuilder().setChannel("a").setCorrelationId(ByteString.EMPTY),
            "12 01 'a'", // channel
            "6a 00"), // correlation_id
        row(
            "a join",
            PresenceEvent.newBuilder()
                .setFormatVersion(1)
                .setNodeId("n")
                .setSequence(3)
                .setTimeMs(5)
                .setJoin(PresenceJoin.newBuilder().setChannel("a").setMember(member())),
            "08 01", // format_version
            "12 01 'n'", // node_id
            "18 03", // sequence
            "20 05", // time_ms
            "2a 14", // join
            "0a 01 'a'", // channel
            "12 0f", // member
            "0a 01 's' 12 01 'u' 1a 01 'i' 22 01 'd' 2a 01 'c'"),
        row(
            "a leave",
            PresenceEvent.newBuilder()
                .setLeave(
                    PresenceLeave.newBuilder()
                        .setChannel("a")
                        .setMember(Member.newBuilder().setSessionId("s"))),
            "32 08", // leave
            "0a 01 'a'", // channel
            "12 03 0a 01 's'"), // member
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
            "3a 0e", // snapshot
            "0a 08 0a 01 'a' 12 03 0a 01 's'", // channels
            "10 02", // part
            "18 01")); // last
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
            "12 01 'a'", // channel
            "32 06 0a 01 'u' a2 06 00", // publisher with an unknown field 100
            "a2 06 03 'new'"); // an unknown field 100

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

  private static Arguments row(String name, MessageLite.Builder message, String... bytes) {
    return Arguments.of(name, message.build(), Bytes.of(bytes));
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
