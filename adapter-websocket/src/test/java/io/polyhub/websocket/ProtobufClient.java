package io.polyhub.websocket;

import com.google.protobuf.ByteString;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.proto.centrifuge.PublishRequest;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

/** A client of the Centrifuge protocol in Protobuf. */
final class ProtobufClient implements AutoCloseable {

  private final RawWebSocket socket;
  private final Queue<Reply> replies = new ArrayDeque<>();

  private ProtobufClient(int port) throws IOException {
    socket =
        RawWebSocket.open(
            port, CentrifugeSubprotocol.PATH, "Sec-WebSocket-Protocol: centrifuge-protobuf");
  }

  /** Opens a WebSocket and connects without a token. */
  static ProtobufClient connected(int port) throws IOException {
    ProtobufClient client = new ProtobufClient(port);
    Reply reply =
        client.ask(
            Command.newBuilder().setId(1).setConnect(ConnectRequest.getDefaultInstance()).build());
    if (!reply.hasConnect()) {
      throw new IOException("not connected: " + reply);
    }
    return client;
  }

  RawWebSocket socket() {
    return socket;
  }

  /** Sends the commands as one frame. */
  void send(Command... commands) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    for (Command command : commands) {
      command.writeDelimitedTo(frame);
    }
    socket.sendBinary(frame.toByteArray());
  }

  Reply ask(Command command) throws IOException {
    send(command);
    return next();
  }

  Reply subscribe(String channel) throws IOException {
    return ask(
        Command.newBuilder()
            .setId(2)
            .setSubscribe(SubscribeRequest.newBuilder().setChannel(channel))
            .build());
  }

  Reply publish(String channel, byte[] data) throws IOException {
    return ask(
        Command.newBuilder()
            .setId(3)
            .setPublish(
                PublishRequest.newBuilder().setChannel(channel).setData(ByteString.copyFrom(data)))
            .build());
  }

  /** The next reply or push but pings. */
  Reply next() throws IOException {
    while (true) {
      while (replies.isEmpty()) {
        RawWebSocket.Frame frame = socket.read();
        if (frame.opcode() != Frames.BINARY) {
          throw new IOException("not binary: " + frame.closeCode() + " " + frame.closeReason());
        }
        ByteArrayInputStream in = new ByteArrayInputStream(frame.payload());
        while (in.available() > 0) {
          replies.add(Reply.parseDelimitedFrom(in));
        }
      }
      Reply reply = replies.remove();
      if (!reply.equals(Reply.getDefaultInstance())) {
        return reply;
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
