package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.polyhub.channel.JsonPayload;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.Publication;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Whatever a frame holds is read as commands or refused. */
class CentrifugeCodecFuzzTest {

  private static final int MAX_COMMANDS = 16;

  private final CentrifugeCodec json = CentrifugeCodec.JSON;
  private final CentrifugeCodec protobuf = new CentrifugeProtobufCodec();

  /** Text frames are known to be UTF-8 when they get here; payloads must be JSON. */
  @FuzzTest
  void json_is_read_or_refused(byte[] bytes) {
    byte[] frame = new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    List<Command> commands;
    try {
      commands = json.decode(frame, MAX_COMMANDS);
    } catch (MalformedCommandException refused) {
      return;
    }
    assertThat(commands.size()).isBetween(1, MAX_COMMANDS);
    for (Command command : commands) {
      Stream.of(
              command.getPublish().getData(),
              command.getSend().getData(),
              command.getRpc().getData(),
              command.getConnect().getData(),
              command.getSubscribe().getData())
          .filter(data -> !data.isEmpty())
          .forEach(this::comesBackInAPush);
    }
  }

  private void comesBackInAPush(ByteString data) {
    assertThat(JsonPayload.isJson(data.toByteArray())).isTrue();
    byte[] reply =
        json.encode(
            Reply.newBuilder()
                .setPush(Push.newBuilder().setPub(Publication.newBuilder().setData(data)))
                .build());
    assertThat(new String(reply, StandardCharsets.UTF_8))
        .isEqualTo("{\"push\":{\"pub\":{\"data\":" + data.toStringUtf8() + "}}}");
  }

  @FuzzTest
  void any_text_is_written_as_json(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i + 1 < bytes.length; i += 2) {
      text.append((char) ((bytes[i] & 0xFF) << 8 | (bytes[i + 1] & 0xFF)));
    }
    byte[] written = new JsonBytes(0).open().member("k", text + ".").close().toByteArray();
    assertThat(JsonPayload.isJson(written)).isTrue();
  }

  @FuzzTest
  void protobuf_is_read_or_refused(byte[] frame) throws IOException {
    List<Command> commands;
    try {
      commands = protobuf.decode(frame, MAX_COMMANDS);
    } catch (MalformedCommandException refused) {
      return;
    }
    assertThat(commands.size()).isBetween(1, MAX_COMMANDS);
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    for (Command command : commands) {
      command.writeDelimitedTo(again);
    }
    try {
      assertThat(protobuf.decode(again.toByteArray(), MAX_COMMANDS)).isEqualTo(commands);
    } catch (MalformedCommandException refused) {
      throw new AssertionError("what was written is not read", refused);
    }
  }
}
