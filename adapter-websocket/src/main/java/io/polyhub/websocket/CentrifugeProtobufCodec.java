package io.polyhub.websocket;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.polyhub.channel.Publication;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Protobuf: messages one behind the other, each behind its length as a varint. */
final class CentrifugeProtobufCodec implements CentrifugeCodec {

  /** Filter nodes nest; nothing else does. */
  private static final int MAX_DEPTH = 32;

  private final Function<Publication, PreparedMessage> pushes = this::push;
  private final PreparedMessage ping = PreparedMessage.binary(encode(Reply.getDefaultInstance()));

  @Override
  public boolean json() {
    return false;
  }

  @Override
  public boolean joins() {
    return true;
  }

  @Override
  public List<Command> decode(byte[] frame, int maxCommands) throws MalformedCommandException {
    CodedInputStream in = CodedInputStream.newInstance(frame);
    in.setRecursionLimit(MAX_DEPTH);
    List<Command> commands = new ArrayList<>(1);
    try {
      decode(in, frame.length, maxCommands, commands);
    } catch (MalformedCommandException malformed) {
      throw malformed.behind(commands);
    }
    return commands;
  }

  private static void decode(
      CodedInputStream in, int frameLength, int maxCommands, List<Command> commands)
      throws MalformedCommandException {
    try {
      while (!in.isAtEnd()) {
        if (commands.size() == maxCommands) {
          throw new MalformedCommandException("too many commands in one frame");
        }
        int length = in.readRawVarint32();
        if (length < 0 || length > frameLength - in.getTotalBytesRead()) {
          throw new MalformedCommandException("a command is longer than its frame");
        }
        int outer = in.pushLimit(length);
        commands.add(Command.parseFrom(in));
        in.popLimit(outer);
      }
    } catch (InvalidProtocolBufferException malformed) {
      throw new MalformedCommandException("not a command");
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    if (commands.isEmpty()) {
      throw new MalformedCommandException("an empty frame");
    }
  }

  @Override
  public byte[] encode(Reply reply) {
    int length = reply.getSerializedSize();
    byte[] bytes = new byte[CodedOutputStream.computeUInt32SizeNoTag(length) + length];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeUInt32NoTag(length);
      reply.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes;
  }

  @Override
  public void join(ByteBuf frame, byte[] encodedReply) {
    frame.writeBytes(encodedReply);
  }

  @Override
  public WebSocketFrame message(ByteBuf frame) {
    return new BinaryWebSocketFrame(frame);
  }

  @Override
  public Function<Publication, PreparedMessage> pushes() {
    return pushes;
  }

  private PreparedMessage push(Publication publication) {
    return CentrifugeMessages.push(this, publication);
  }

  @Override
  public PreparedMessage ping() {
    return ping;
  }

  @Override
  public PreparedMessage prepare(byte[] encodedReply) {
    return PreparedMessage.binary(encodedReply);
  }
}
