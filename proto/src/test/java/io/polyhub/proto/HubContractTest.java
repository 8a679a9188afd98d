package io.polyhub.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.MessageSource;
import io.polyhub.proto.v1.Publication;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import java.io.IOException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What clients in other languages rely on: the paths of the calls and the bytes of the frames. */
final class HubContractTest {

  @Test
  void the_calls_have_their_paths_and_kinds() {
    assertThat(
            HubGrpc.getServiceDescriptor().getMethods().stream()
                .collect(
                    Collectors.toMap(
                        MethodDescriptor::getFullMethodName, MethodDescriptor::getType)))
        .containsOnly(
            entry("polyhub.v1.Hub/Connect", MethodType.BIDI_STREAMING),
            entry("polyhub.v1.Hub/Publish", MethodType.UNARY),
            entry("polyhub.v1.Hub/History", MethodType.UNARY),
            entry("polyhub.v1.Hub/Presence", MethodType.UNARY),
            entry("polyhub.v1.Hub/Channels", MethodType.UNARY));
  }

  @Test
  void a_publish_has_its_bytes() throws IOException {
    ClientFrame frame =
        ClientFrame.newBuilder()
            .setId(7)
            .setPublish(
                Publish.newBuilder().setChannel("a").setPayload(ByteString.copyFromUtf8("x")))
            .build();
    byte[] bytes =
        Bytes.of(
            "08 07", // id
            "1a 06", // publish
            "0a 01 'a'", // channel
            "12 01 'x'"); // payload

    assertThat(frame.toByteArray()).isEqualTo(bytes);
    assertThat(ClientFrame.parseFrom(bytes)).isEqualTo(frame);
  }

  @Test
  void a_message_has_its_bytes() throws IOException {
    ServerFrame frame =
        ServerFrame.newBuilder()
            .setMessage(
                Message.newBuilder()
                    .setSubscriptionId(1)
                    .setPublication(Publication.newBuilder().setChannel("a").setCursor("e-1"))
                    .setCursor("e-1")
                    .setSource(MessageSource.MESSAGE_SOURCE_REPLAY))
            .build();
    byte[] bytes =
        Bytes.of(
            "32 13", // message
            "08 01", // subscription_id
            "12 08", // publication
            "0a 01 'a'", // channel
            "4a 03 'e-1'", // cursor
            "1a 03 'e-1'", // cursor
            "20 02"); // source

    assertThat(frame.toByteArray()).isEqualTo(bytes);
    assertThat(ServerFrame.parseFrom(bytes)).isEqualTo(frame);
  }

  @Test
  void a_subscription_without_a_start_can_be_told_from_one_with_an_empty_cursor() {
    assertThat(Subscribe.getDefaultInstance().getStartCase())
        .isEqualTo(Subscribe.StartCase.START_NOT_SET);
    assertThat(Subscribe.newBuilder().setSince("").build().getStartCase())
        .isEqualTo(Subscribe.StartCase.SINCE);
  }
}
