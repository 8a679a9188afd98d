package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON: one object on each line. Not the usual mapping of Protobuf to JSON: names are as in the
 * schema, 64-bit integers are numbers, and {@code bytes} are JSON values in their own right.
 */
final class CentrifugeJsonCodec implements CentrifugeCodec {

  @Override
  public boolean json() {
    return true;
  }

  /** One line end behind the last command is tolerated. */
  @Override
  public List<Command> decode(byte[] frame, int maxCommands) throws MalformedCommandException {
    int end = frame.length;
    if (end > 0 && frame[end - 1] == '\n') {
      end--;
    }
    List<Command> commands = new ArrayList<>(1);
    int start = 0;
    try {
      while (start <= end) {
        int lineEnd = start;
        while (lineEnd < end && frame[lineEnd] != '\n') {
          lineEnd++;
        }
        if (commands.size() == maxCommands) {
          throw new MalformedCommandException("too many commands in one frame");
        }
        commands.add(CentrifugeJsonReader.read(frame, start, lineEnd - start));
        start = lineEnd + 1;
      }
    } catch (MalformedCommandException malformed) {
      throw malformed.behind(commands);
    }
    return commands;
  }

  @Override
  public byte[] encode(Reply reply) {
    return CentrifugeJsonWriter.write(reply);
  }

  @Override
  public void join(ByteBuf frame, byte[] encodedReply) {
    if (frame.isReadable()) {
      frame.writeByte('\n');
    }
    frame.writeBytes(encodedReply);
  }

  @Override
  public WebSocketFrame message(ByteBuf frame) {
    return new TextWebSocketFrame(frame);
  }

  @Override
  public PreparedMessage prepare(byte[] encodedReply) {
    return PreparedMessage.text(encodedReply);
  }
}
