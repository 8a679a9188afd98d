package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectResult;
import io.polyhub.proto.centrifuge.Error;
import io.polyhub.proto.centrifuge.Publication;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubscribeResult;
import io.polyhub.proto.centrifuge.UnsubscribeResult;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CentrifugeProtobufCodecTest {

  private final CentrifugeCodec codec = new CentrifugeProtobufCodec();

  private List<Command> decode(String hex) throws MalformedCommandException {
    return codec.decode(RawWebSocket.hex(hex), 8);
  }

  private String encode(Reply.Builder reply) {
    return HexFormat.ofDelimiter(" ").formatHex(codec.encode(reply.build()));
  }

  @Test
  void a_command_stands_behind_its_length() throws MalformedCommandException {
    // length 4 | id (1) = 1 | connect (4), empty
    List<Command> commands = decode("04 08 01 22 00");

    assertThat(commands).hasSize(1);
    assertThat(commands.getFirst().getId()).isEqualTo(1);
    assertThat(commands.getFirst().hasConnect()).isTrue();
  }

  @Test
  void a_frame_holds_commands_one_behind_the_other() throws MalformedCommandException {
    // id 1, connect | length 9, id 2, subscribe (5) {channel (1) "a", flag (14) 1} | pong
    List<Command> commands = decode("04 08 01 22 00  09 08 02 2a 05 0a 01 61 70 01  00");

    assertThat(commands).hasSize(3);
    assertThat(commands.get(1).getSubscribe().getChannel()).isEqualTo("a");
    assertThat(commands.get(1).getSubscribe().getFlag()).isEqualTo(1);
    assertThat(commands.get(2)).isEqualTo(Command.getDefaultInstance());
  }

  @Test
  void replies_are_written_as_the_schema_says() {
    ConnectResult connected =
        ConnectResult.newBuilder().setClient("c1").setPing(25).setPong(true).build();
    assertThat(encode(Reply.newBuilder().setId(1).setConnect(connected)))
        .isEqualTo("0c 08 01 2a 08 0a 02 63 31 38 19 40 01");
    Push push =
        Push.newBuilder()
            .setChannel("a")
            .setPub(Publication.newBuilder().setData(ByteString.copyFromUtf8("x")).setOffset(1))
            .build();
    assertThat(encode(Reply.newBuilder().setPush(push)))
        .isEqualTo("0c 22 0a 12 01 61 22 05 22 01 78 30 01");
    assertThat(encode(Reply.newBuilder())).as("ping").isEqualTo("00");
  }

  @Test
  void an_empty_result_is_present() {
    assertThat(
            encode(Reply.newBuilder().setId(2).setSubscribe(SubscribeResult.getDefaultInstance())))
        .isEqualTo("04 08 02 32 00");
    assertThat(
            encode(
                Reply.newBuilder().setId(3).setUnsubscribe(UnsubscribeResult.getDefaultInstance())))
        .isEqualTo("04 08 03 3a 00");
  }

  @Test
  void an_error_has_code_and_text() {
    Error error = Error.newBuilder().setCode(103).setMessage("permission denied").build();

    byte[] reply = codec.encode(Reply.newBuilder().setId(4).setError(error).build());

    assertThat(HexFormat.of().formatHex(reply, 0, 9)).isEqualTo("190804121508671211");
    assertThat(new String(reply, 9, reply.length - 9, StandardCharsets.UTF_8))
        .isEqualTo("permission denied");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "05 08 01 22 00", // longer than its frame
        "ff ff ff ff 07", // a length of 2 GB
        "ff ff ff ff 0f 08", // a negative length
        "ff ff ff ff ff ff ff ff ff ff ff", // no length at all
        "04 08 01 22 05", // the inner message is longer than the command
        "01 08", // a tag without its value
        "02 0b 0b", // groups that never end
        "03 22 01 ff" // half a tag
      })
  void a_frame_that_is_not_made_of_commands_is_refused(String hex) {
    assertThatThrownBy(() -> decode(hex)).isInstanceOf(MalformedCommandException.class);
  }

  @Test
  void no_more_commands_than_allowed_are_read() throws MalformedCommandException {
    assertThat(decode("00 00 00 00 00 00 00 00")).hasSize(8);
    assertThatThrownBy(() -> decode("00 00 00 00 00 00 00 00 00"))
        .isInstanceOf(MalformedCommandException.class);
  }

  @Test
  void filter_nodes_do_not_nest_without_end() {
    byte[] nested = {};
    for (int depth = 0; depth < 60; depth++) {
      byte[] outer = new byte[nested.length + 2];
      outer[0] = 0x32; // nodes (6)
      outer[1] = (byte) nested.length;
      System.arraycopy(nested, 0, outer, 2, nested.length);
      nested = outer;
    }
    byte[] frame = new byte[nested.length + 5];
    frame[0] = (byte) (nested.length + 4);
    frame[1] = 0x2a; // subscribe (5)
    frame[2] = (byte) (nested.length + 2);
    frame[3] = 0x6a; // tf (13)
    frame[4] = (byte) nested.length;
    System.arraycopy(nested, 0, frame, 5, nested.length);

    assertThatThrownBy(() -> codec.decode(frame, 8)).isInstanceOf(MalformedCommandException.class);
  }
}
