package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** NATS' client protocol over WebSocket. Levels of channels are tokens of subjects. */
public final class NatsDialect implements Dialect {

  private static final byte[] MESSAGE = bytes("MSG ");
  private static final byte[] PING = bytes("PING");
  private static final byte[] PONG = bytes("PONG");
  private static final byte[] ERROR = bytes("-ERR");

  private final WebSocketFrames frames = new WebSocketFrames("/", null);
  private final List<String> channels;

  /** What came of a message whose end comes in the next frame. */
  private ByteBuf begun = Unpooled.EMPTY_BUFFER;

  NatsDialect(List<String> channels) {
    this.channels = List.copyOf(channels);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String subject(String channel) {
    return channel.replace('/', '.');
  }

  @Override
  public Dialect again() {
    if (!channels.isEmpty()) {
      throw new UnsupportedOperationException("core NATS has no places to go on from");
    }
    return new NatsDialect(channels);
  }

  @Override
  public void opened(LoadClient client) {
    frames.shakeHands(client);
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    return frames.read(client, in, () -> introduce(client), bytes -> readAll(client, bytes));
  }

  private void introduce(LoadClient client) {
    StringBuilder commands =
        new StringBuilder("CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1}\r\n");
    for (int i = 0; i < channels.size(); i++) {
      commands.append("SUB ").append(subject(channels.get(i))).append(' ').append(i + 1);
      commands.append("\r\n");
    }
    commands.append("PING\r\n");
    WebSocketFrames.sendBinary(client, bytes(commands.toString()));
  }

  private void readAll(LoadClient client, ByteBuf frame) {
    ByteBuf bytes = begun.isReadable() ? Unpooled.copiedBuffer(begun, frame) : frame;
    boolean more = true;
    while (more && bytes.isReadable()) {
      more = readOne(client, bytes);
    }
    begun =
        bytes.isReadable()
            ? Unpooled.wrappedBuffer(ByteBufUtil.getBytes(bytes))
            : Unpooled.EMPTY_BUFFER;
  }

  private static boolean readOne(LoadClient client, ByteBuf in) {
    int start = in.readerIndex();
    int lineEnd = in.indexOf(start, in.writerIndex(), (byte) '\n');
    if (lineEnd < 0) {
      return false;
    }
    if (Bytes.startsWith(in, MESSAGE)) {
      int length = length(in, lineEnd - 1);
      if (in.writerIndex() < lineEnd + 1 + length + 2) {
        return false;
      }
      in.readerIndex(lineEnd + 1);
      client.listener().message(client, in.readSlice(length));
      in.skipBytes(2);
      return true;
    }
    if (Bytes.startsWith(in, PONG)) {
      client.becomeReady();
    } else if (Bytes.startsWith(in, PING)) {
      WebSocketFrames.sendBinary(client, bytes("PONG\r\n"));
    } else if (Bytes.startsWith(in, ERROR)) {
      client.fail("refused: " + in.toString(StandardCharsets.US_ASCII));
    }
    in.readerIndex(lineEnd + 1);
    return true;
  }

  /** The last word of the line is a number: its digits are read backwards. */
  private static int length(ByteBuf in, int lineEnd) {
    int value = 0;
    int factor = 1;
    for (int at = lineEnd - 1; in.getByte(at) != ' '; at--) {
      value += factor * (in.getByte(at) - '0');
      factor *= 10;
    }
    return value;
  }

  /** Publishes; nobody acknowledges that. */
  @Override
  public void publish(LoadClient client, long number, String channel, byte[] payload) {
    String head = "PUB " + subject(channel) + " " + payload.length + "\r\n";
    byte[] bytes = new byte[head.length() + payload.length + 2];
    System.arraycopy(bytes(head), 0, bytes, 0, head.length());
    System.arraycopy(payload, 0, bytes, head.length(), payload.length);
    bytes[bytes.length - 2] = '\r';
    bytes[bytes.length - 1] = '\n';
    WebSocketFrames.sendBinary(client, bytes);
  }
}
