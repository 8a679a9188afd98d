package io.polyhub.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.polyhub.proto.centrifuge.ClientInfo;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.proto.centrifuge.ConnectResult;
import io.polyhub.proto.centrifuge.Disconnect;
import io.polyhub.proto.centrifuge.EmulationRequest;
import io.polyhub.proto.centrifuge.Error;
import io.polyhub.proto.centrifuge.FilterNode;
import io.polyhub.proto.centrifuge.HistoryRequest;
import io.polyhub.proto.centrifuge.PresenceResult;
import io.polyhub.proto.centrifuge.Publication;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.StreamPosition;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import io.polyhub.proto.centrifuge.SubscribeResult;
import io.polyhub.proto.centrifuge.Unsubscribe;
import io.polyhub.proto.centrifuge.UnsubscribeResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames of the Centrifuge client protocol, byte by byte, read and written. */
final class CentrifugeVectorsTest {

  static Stream<Arguments> frames() {
    return Stream.of(
        row(
            "a connect without anything",
            Command.newBuilder().setId(1).setConnect(ConnectRequest.getDefaultInstance()),
            0x04, // length
            0x08,
            1, // id
            0x22,
            0), // connect, empty and yet there
        row(
            "a connect result",
            Reply.newBuilder()
                .setId(1)
                .setConnect(ConnectResult.newBuilder().setClient("c1").setPing(25).setPong(true)),
            0x0c, // length
            0x08,
            1, // id
            0x2a,
            8, // connect
            0x0a,
            2,
            "c1", // client
            0x38,
            25, // ping
            0x40,
            1), // pong
        row(
            "a subscribe with a flag",
            Command.newBuilder()
                .setId(2)
                .setSubscribe(SubscribeRequest.newBuilder().setChannel("a").setFlag(1)),
            0x09, // length
            0x08,
            2, // id
            0x2a,
            5, // subscribe
            0x0a,
            1,
            "a", // channel
            0x70,
            1), // flag
        row(
            "an empty subscribe result",
            Reply.newBuilder().setId(2).setSubscribe(SubscribeResult.getDefaultInstance()),
            0x04, // length
            0x08,
            2, // id
            0x32,
            0), // subscribe, empty and yet there
        row(
            "an unsubscribe result",
            Reply.newBuilder().setId(3).setUnsubscribe(UnsubscribeResult.getDefaultInstance()),
            0x04, // length
            0x08,
            3, // id
            0x3a,
            0), // unsubscribe, empty and yet there
        row(
            "a publication",
            Reply.newBuilder()
                .setPush(
                    Push.newBuilder()
                        .setChannel("a")
                        .setPub(Publication.newBuilder().setData(utf8("x")).setOffset(1))),
            0x0c, // length
            0x22,
            10, // push
            0x12,
            1,
            "a", // channel
            0x22,
            5, // pub
            0x22,
            1,
            "x", // data
            0x30,
            1), // offset
        row(
            "an error",
            Reply.newBuilder()
                .setId(4)
                .setError(Error.newBuilder().setCode(103).setMessage("permission denied")),
            0x19, // length
            0x08,
            4, // id
            0x12,
            21, // error
            0x08,
            103, // code
            0x12,
            17,
            "permission denied"), // message
        row("a ping", Reply.newBuilder(), 0x00), // length
        row("a pong", Command.newBuilder(), 0x00), // length
        row(
            "a resubscribe after a loss",
            Command.newBuilder()
                .setId(5)
                .setSubscribe(
                    SubscribeRequest.newBuilder()
                        .setChannel("a")
                        .setRecover(true)
                        .setEpoch("Qw")
                        .setOffset(300)
                        .setTf(
                            FilterNode.newBuilder()
                                .setOp("not")
                                .addNodes(FilterNode.newBuilder().setKey("k").addVals("v")))),
            0x1f, // length
            0x08,
            5, // id
            0x2a,
            27, // subscribe
            0x0a,
            1,
            "a", // channel
            0x18,
            1, // recover
            0x32,
            2,
            "Qw", // epoch
            0x38,
            0xac,
            0x02, // offset, 300
            0x6a,
            13, // tf
            0x0a,
            3,
            "not", // op
            0x32,
            6, // nodes
            0x12,
            1,
            "k", // key
            0x2a,
            1,
            "v"), // vals
        row(
            "a publication with a score below zero, which is written zigzag",
            Reply.newBuilder()
                .setPush(
                    Push.newBuilder()
                        .setId(7)
                        .setPub(
                            Publication.newBuilder()
                                .setKey("k")
                                .setRemoved(true)
                                .setScore(-2)
                                .setVersion(9))),
            0x10, // length
            0x22,
            14, // push
            0x08,
            7, // id
            0x22,
            10, // pub
            0x5a,
            1,
            "k", // key
            0x60,
            1, // removed
            0x68,
            3, // score, -2
            0x80,
            0x01,
            9), // version
        row(
            "a history request with a limit below zero, which is written in full",
            Command.newBuilder()
                .setId(6)
                .setHistory(
                    HistoryRequest.newBuilder()
                        .setChannel("a")
                        .setLimit(-1)
                        .setSince(StreamPosition.newBuilder().setOffset(4).setEpoch("Qw"))
                        .setReverse(true)),
            0x1c, // length
            0x08,
            6, // id
            0x52,
            24, // history
            0x0a,
            1,
            "a", // channel
            0x38,
            0xff,
            0xff,
            0xff,
            0xff,
            0xff,
            0xff,
            0xff,
            0xff,
            0xff,
            0x01, // limit, -1
            0x42,
            6, // since
            0x08,
            4, // offset
            0x12,
            2,
            "Qw", // epoch
            0x48,
            1), // reverse
        row(
            "a presence result",
            Reply.newBuilder()
                .setId(7)
                .setPresence(
                    PresenceResult.newBuilder()
                        .putPresence(
                            "c1", ClientInfo.newBuilder().setUser("u").setClient("c1").build())),
            0x13, // length
            0x08,
            7, // id
            0x4a,
            15, // presence
            0x0a,
            13, // an entry of the map
            0x0a,
            2,
            "c1", // its key
            0x12,
            7, // its value
            0x0a,
            1,
            "u", // user
            0x12,
            2,
            "c1"), // client
        row(
            "an unsubscribe by the server, whose numbers begin at 2",
            Reply.newBuilder()
                .setPush(
                    Push.newBuilder()
                        .setChannel("a")
                        .setUnsubscribe(Unsubscribe.newBuilder().setCode(2500).setReason("r"))),
            0x0d, // length
            0x22,
            11, // push
            0x12,
            1,
            "a", // channel
            0x3a,
            6, // unsubscribe
            0x10,
            0xc4,
            0x13, // code, 2500
            0x1a,
            1,
            "r"), // reason
        row(
            "a disconnect",
            Reply.newBuilder()
                .setPush(Push.newBuilder().setDisconnect(Disconnect.newBuilder().setCode(3000))),
            0x07, // length
            0x22,
            5, // push
            0x5a,
            3, // disconnect
            0x08,
            0xb8,
            0x17), // code, 3000
        row(
            "commands on a transport that has no way up",
            EmulationRequest.newBuilder().setNode("N").setSession("S").setData(utf8("{}")),
            0x0a, // length
            0x0a,
            1,
            "N", // node
            0x12,
            1,
            "S", // session
            0x1a,
            2,
            "{}")); // data
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("frames")
  void a_frame_is_read_as_its_message(String name, MessageLite message, byte[] frame)
      throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(frame);

    assertThat(message.getParserForType().parseDelimitedFrom(in)).isEqualTo(message);
    assertThat(in.available()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("frames")
  void a_message_is_written_as_its_frame(String name, MessageLite message, byte[] frame)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    message.writeDelimitedTo(out);

    assertThat(out.toByteArray()).isEqualTo(frame);
  }

  private static Arguments row(String name, MessageLite.Builder message, Object... frame) {
    return Arguments.of(name, message.build(), Bytes.of(frame));
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
