package io.polyhub.websocket;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A client that sends exactly the bytes it is told to, on a plain socket. */
final class RawWebSocket implements AutoCloseable {

  /** The longest that a test waits for bytes. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final int MASK = 0x37FA213D;

  private final Socket socket;
  private final DataInputStream in;
  private String opened = "";

  private RawWebSocket(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** Connects the socket, and says nothing. */
  static RawWebSocket connect(int port) throws IOException {
    return new RawWebSocket(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Connects, and opens a WebSocket with further header lines. */
  static RawWebSocket open(int port, String target, String... headers) throws IOException {
    return open(connect(port), target, headers);
  }

  /** Opens a WebSocket on a socket of the caller's. */
  static RawWebSocket open(Socket socket, String target) throws IOException {
    return open(new RawWebSocket(socket), target);
  }

  private static RawWebSocket open(RawWebSocket client, String target, String... headers)
      throws IOException {
    client.send(request(target, headers));
    client.opened = client.readHead();
    if (!client.opened.startsWith("HTTP/1.1 101 ")) {
      throw new IOException("not opened: " + client.opened);
    }
    return client;
  }

  /** A good opening request with further header lines. */
  static String request(String target, String... headers) {
    StringBuilder text = new StringBuilder("GET " + target + " HTTP/1.1\r\n");
    text.append("Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    text.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  /** The head of the response that opened it. */
  String opened() {
    return opened;
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Sends bytes given as hexadecimal digits; spaces do not count. */
  void sendHex(String hex) throws IOException {
    send(hex(hex));
  }

  /** Sends a masked frame with that first byte. */
  void sendFrame(int firstByte, byte[] payload) throws IOException {
    send(frame(firstByte, payload));
  }

  void sendText(String text) throws IOException {
    sendFrame(0x81, text.getBytes(StandardCharsets.UTF_8));
  }

  void sendBinary(byte[] payload) throws IOException {
    sendFrame(0x82, payload);
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  /** A masked frame with that first byte. */
  static byte[] frame(int firstByte, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(firstByte);
    int length = payload.length;
    if (length < 126) {
      out.write(0x80 | length);
    } else if (length < 65_536) {
      out.write(0x80 | 126);
      out.write(length >> 8);
      out.write(length);
    } else {
      out.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write(shift > 24 ? 0 : length >> shift);
      }
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(MASK >> shift);
    }
    for (int i = 0; i < length; i++) {
      out.write(payload[i] ^ (MASK >> (24 - 8 * (i & 3))));
    }
    return out.toByteArray();
  }

  /** Reads a status line and headers, up to the empty line. */
  String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** A frame as the server sent it. */
  @SuppressWarnings("ArrayRecordComponent") // never changed
  record Frame(int firstByte, byte[] payload) {

    int opcode() {
      return firstByte & 0x0F;
    }

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int closeCode() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
    }

    String closeReason() {
      return payload.length < 2
          ? ""
          : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }
  }

  /** Reads the next frame, whatever it is. */
  Frame read() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = (int) in.readLong();
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(first, payload);
  }

  /** Reads the close frame that must come next, and then the end. */
  Frame readClose() throws IOException {
    Frame frame = read();
    if (frame.opcode() != Frames.CLOSE) {
      throw new IOException("not a close frame: " + frame);
    }
    return frame;
  }

  /** Waits until the server has ended the connection; whatever else comes is an error. */
  void awaitEnd() throws IOException {
    try {
      int next = in.read();
      if (next >= 0) {
        throw new IOException("still there: byte " + next);
      }
    } catch (SocketException | EOFException reset) {
      // As good as an end.
    }
  }

  /** Reads until the server has ended the connection, and returns the last frame, or null. */
  @Nullable Frame readUntilEnd() throws IOException {
    Frame last = null;
    try {
      while (true) {
        last = read();
      }
    } catch (EOFException | SocketException end) {
      return last;
    }
  }

  InputStream input() {
    return in;
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
