package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Socket.IO 5 on Engine.IO 4 over WebSocket alone. A client asks for a channel by the event {@code
 * subscribe}, publishes by {@code publish}, and hears {@code message}, each with the channel first.
 */
public final class SocketIoDialect implements Dialect {

  private static final byte[] MESSAGE = bytes("42[\"message\"");
  private static final byte[] ACKNOWLEDGED = bytes("43");

  private final WebSocketFrames frames =
      new WebSocketFrames("/socket.io/?EIO=4&transport=websocket", null);
  private final List<String> channels;
  private int openingAnswers;

  SocketIoDialect(List<String> channels) {
    this.channels = List.copyOf(channels);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Dialect again() {
    if (!channels.isEmpty()) {
      throw new UnsupportedOperationException("Socket.IO's rooms have no places to go on from");
    }
    return new SocketIoDialect(channels);
  }

  @Override
  public void opened(LoadClient client) {
    frames.shakeHands(client);
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    return frames.read(client, in, () -> {}, text -> readPacket(client, text));
  }

  private void readPacket(LoadClient client, ByteBuf text) {
    if (Bytes.startsWith(text, MESSAGE)) {
      client.listener().message(client, text);
      return;
    }
    switch (text.getByte(text.readerIndex())) {
      case '0' -> WebSocketFrames.send(client, bytes("40"));
      case '2' -> WebSocketFrames.send(client, bytes("3"));
      case '4' -> readSocketPacket(client, text);
      default -> client.fail("not understood: " + text.toString(StandardCharsets.UTF_8));
    }
  }

  private void readSocketPacket(LoadClient client, ByteBuf text) {
    if (Bytes.startsWith(text, ACKNOWLEDGED)) {
      answered(client, Bytes.number(text, ACKNOWLEDGED.length));
      return;
    }
    switch (text.getByte(text.readerIndex() + 1)) {
      case '0' -> introduced(client);
      case '1', '4' -> client.fail("refused: " + text.toString(StandardCharsets.UTF_8));
      default -> {
        // Events that nobody asked for.
      }
    }
  }

  private void introduced(LoadClient client) {
    if (channels.isEmpty()) {
      client.becomeReady();
    }
    for (int i = 0; i < channels.size(); i++) {
      WebSocketFrames.send(client, bytes("42" + i + "[\"subscribe\",\"" + channels.get(i) + "\"]"));
    }
  }

  private void answered(LoadClient client, long id) {
    if (id >= channels.size()) {
      client.listener().acknowledged(client, id - channels.size());
      return;
    }
    openingAnswers++;
    if (openingAnswers == channels.size()) {
      client.becomeReady();
    }
  }

  /** Publishes content that must be JSON. */
  @Override
  public void publish(LoadClient client, long number, String channel, byte[] payload) {
    String head = "42" + (number + channels.size()) + "[\"publish\",\"" + channel + "\",";
    WebSocketFrames.send(client, bytes(head + new String(payload, StandardCharsets.UTF_8) + "]"));
  }
}
