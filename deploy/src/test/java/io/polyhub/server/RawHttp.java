package io.polyhub.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Speaks HTTP byte by byte; in literals, | stands for CR LF. */
final class RawHttp implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Socket socket;

  private RawHttp(Socket socket) {
    this.socket = socket;
  }

  static RawHttp connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) LIMIT.toMillis());
    return new RawHttp(socket);
  }

  static byte[] bytes(String literal) {
    return literal.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Sends, as far as the server takes it. */
  RawHttp send(String literal) {
    return send(bytes(literal));
  }

  RawHttp send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException closedByServer) {
      // What it answered before is what counts.
    }
    return this;
  }

  /** All that the server sends until it ends the connection. */
  String readToEnd() throws IOException {
    StringBuilder read = new StringBuilder();
    try {
      for (int c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
        read.append((char) c);
      }
    } catch (SocketException reset) {
      // An end too.
    }
    return read.toString();
  }

  /** What the server sends, up to that text. */
  String readTo(String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int c = socket.getInputStream().read();
      if (c < 0) {
        throw new AssertionError("ended before \"" + text + "\": " + read);
      }
      read.append((char) c);
    }
    return read.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
