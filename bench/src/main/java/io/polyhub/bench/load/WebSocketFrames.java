package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of RFC 6455, as much of it as load needs: messages in one frame each. Frames are
 * masked with a key of zeros, which leaves the payload as it is.
 */
final class WebSocketFrames {

  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SWITCHING = "HTTP/1.1 101".getBytes(StandardCharsets.US_ASCII);
  private static final int TEXT = 0x1;
  private static final int BINARY = 0x2;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;

  private final String path;
  private final @Nullable String subprotocol;
  private boolean open;

  /**
   * @param subprotocol what to ask for, or null for none
   */
  WebSocketFrames(String path, @Nullable String subprotocol) {
    this.path = path;
    this.subprotocol = subprotocol;
  }

  void shakeHands(LoadClient client) {
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + (subprotocol == null ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n")
            + "\r\n";
    ByteBuf out = client.buffer(request.length());
    out.writeCharSequence(request, StandardCharsets.US_ASCII);
    client.write(out);
  }

  static void send(LoadClient client, byte[] text) {
    client.write(frame(client, TEXT, text));
  }

  static void sendBinary(LoadClient client, byte[] bytes) {
    client.write(frame(client, BINARY, bytes));
  }

  private static ByteBuf frame(LoadClient client, int opcode, byte[] payload) {
    ByteBuf out = client.buffer(payload.length + 14);
    out.writeByte(FINAL | opcode);
    if (payload.length < 126) {
      out.writeByte(MASKED | payload.length);
    } else if (payload.length < 65_536) {
      out.writeByte(MASKED | 126).writeShort(payload.length);
    } else {
      out.writeByte(MASKED | 127).writeLong(payload.length);
    }
    return out.writeInt(0).writeBytes(payload);
  }

  /**
   * Reads the answer to the handshake, or one frame.
   *
   * @param onOpen called once the handshake is answered well
   * @param onMessage called for each text or binary message
   * @return false if more bytes are needed
   */
  boolean read(LoadClient client, ByteBuf in, Runnable onOpen, Consumer<ByteBuf> onMessage) {
    return open ? readFrame(client, in, onMessage) : readHead(client, in, onOpen);
  }

  private boolean readHead(LoadClient client, ByteBuf in, Runnable onOpen) {
    ByteBuf end = client.buffer(HEAD_END.length).writeBytes(HEAD_END);
    int at = ByteBufUtil.indexOf(end, in);
    end.release();
    if (at < 0) {
      return false;
    }
    for (int i = 0; i < SWITCHING.length; i++) {
      if (in.getByte(in.readerIndex() + i) != SWITCHING[i]) {
        client.fail("handshake: " + in.toString(StandardCharsets.US_ASCII));
        return false;
      }
    }
    in.skipBytes(at + HEAD_END.length);
    open = true;
    onOpen.run();
    return true;
  }

  private static boolean readFrame(LoadClient client, ByteBuf in, Consumer<ByteBuf> onMessage) {
    int start = in.readerIndex();
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int opcode = in.getByte(start) & 0x0F;
    int length = in.getByte(start + 1) & 0x7F;
    int head = length < 126 ? 2 : length == 126 ? 4 : 10;
    if (available < head) {
      return false;
    }
    if (length == 126) {
      length = in.getUnsignedShort(start + 2);
    } else if (length == 127) {
      length = Math.toIntExact(in.getLong(start + 2));
    }
    if (available < head + length) {
      return false;
    }
    in.skipBytes(head);
    ByteBuf payload = in.readSlice(length);
    switch (opcode) {
      case TEXT, BINARY -> onMessage.accept(payload);
      case PING -> client.write(frame(client, PONG, ByteBufUtil.getBytes(payload)));
      case CLOSE -> {
        client.listener().goodbye(client, length < 2 ? 1005 : payload.readUnsignedShort());
        client.abort();
      }
      default -> {
        // Pongs nobody asked for; load clients do not ask for fragments.
      }
    }
    return true;
  }
}
