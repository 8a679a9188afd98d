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
            "04", // length
            "08 01", // id
            "22 00"), // connect, empty and yet there
        row(
            "a connect result",
            Reply.newBuilder()
                .setId(1)
                .setConnect(ConnectResult.newBuilder().setClient("c1").setPing(25).setPong(true)),
            "0c", // length
            "08 01", // id
            "2a 08", // connect
            "0a 02 'c1'", // client
            "38 19", // ping
            "40 01"), // pong
        row(
            "a subscribe with a flag",
            Command.newBuilder()
                .setId(2)
                .setSubscribe(SubscribeRequest.newBuilder().setChannel("a").setFlag(1)),
            "09", // length
            "08 02", // id
            "2a 05", // subscribe
            "0a 01 'a'", // channel
            "70 01"), // flag
        row(
            "an empty subscribe result",
            Reply.newBuilder().setId(2).setSubscribe(SubscribeResult.getDefaultInstance()),
            "04", // length
            "08 02", // id
            "32 00"), // subscribe, empty and yet there
        row(
            "an unsubscribe result",
            Reply.newBuilder().setId(3).setUnsubscribe(UnsubscribeResult.getDefaultInstance()),
            "04", // length
            "08 03", // id
            "3a 00"), // unsubscribe, empty and yet there
        row(
            "a publication",
            Reply.newBuilder()
                .setPush(
                    Push.newBuilder()
                        .setChannel("a")
                        .setPub(Publication.newBuilder().setData(utf8("x")).setOffset(1))),
            "0c", // length
            "22 0a", // push
            "12 01 'a'", // channel
            "22 05", // pub
            "22 01 'x'", // data
            "30 01"), // offset
        row(
            "an error",
            Reply.newBuilder()
                .setId(4)
                .setError(Error.newBuilder().setCode(103).setMessage("permission denied")),
            "19", // length
            "08 04", // id
            "12 15", // error
            "08 67", // code
            "12 11 'permission denied'"), // message
        row("a ping", Reply.newBuilder(), "00"), // length
        row("a pong", Command.newBuilder(), "00"), // length
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
            "1f", // length
            "08 05", // id
            "2a 1b", // subscribe
            "0a 01 'a'", // channel
            "18 01", // recover
            "32 02 'Qw'", // epoch
            "38 ac 02", // offset, 300
            "6a 0d", // tf
            "0a 03 'not'", // op
            "32 06", // nodes
            "12 01 'k'", // key
            "2a 01 'v'"), // vals
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
            "10", // length
            "22 0e", // push
            "08 07", // id
            "22 0a", // pub
            "5a 01 'k'", // key
            "60 01", // removed
            "68 03", // score, -2
            "80 01 09"), // version
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
            "1c", // length
            "08 06", // id
            "52 18", // history
            "0a 01 'a'", // channel
            "38 ff ff ff ff ff ff ff ff ff 01", // limit, -1
            "42 06", // since
            "08 04", // offset
            "12 02 'Qw'", // epoch
            "48 01"), // reverse
        row(
            "a presence result",
            Reply.newBuilder()
                .setId(7)
                .setPresence(
                    PresenceResult.newBuilder()
                        .putPresence(
                            "c1", ClientInfo.newBuilder().setUser("u").setClient("c1").build())),
            "13", // length
            "08 07", // id
            "4a 0f", // presence
            "0a 0d", // an entry of the map
            "0a 02 'c1'", // its key
            "12 07", // its value
            "0a 01 'u'", // user
            "12 02 'c1'"), // client
        row(
            "an unsubscribe by the server, whose numbers begin at 2",
            Reply.newBuilder()
                .setPush(
                    Push.newBuilder()
                        .setChannel("a")
                        .setUnsubscribe(Unsubscribe.newBuilder().setCode(2500).setReason("r"))),
            "0d", // length
            "22 0b", // push
            "12 01 'a'", // channel
            "3a 06", // unsubscribe
            "10 c4 13", // code, 2500
            "1a 01 'r'"), // reason
        row(
            "a disconnect",
            Reply.newBuilder()
                .setPush(Push.newBuilder().setDisconnect(Disconnect.newBuilder().setCode(3000))),
            "07", // length
            "22 05", // push
            "5a 03", // disconnect
            "08 b8 17"), // code, 3000
        row(
            "commands on a transport that has no way up",
            EmulationRequest.newBuilder().setNode("N").setSession("S").setData(utf8("{}")),
            "0a", // length
            "0a 01 'N'", // node
            "12 01 'S'", // session
            "1a 02 '{}'")); // data
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

  private static Arguments row(String name, MessageLite.Builder message, String... frame) {
    return Arguments.of(name, message.build(), Bytes.of(frame));
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
