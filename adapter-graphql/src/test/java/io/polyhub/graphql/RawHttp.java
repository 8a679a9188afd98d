package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client of one HTTP/1.1 answer that reads its body's characters as they come. */
final class RawHttp implements AutoCloseable {

  private static final int LIMIT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;
  private int leftOfChunk;

  private RawHttp(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedInputStream(socket.getInputStream());
  }

  static RawHttp post(URI uri, String accept, String body) throws IOException {
    Socket socket = new Socket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(LIMIT_MILLIS);
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + uri.getPath()
            + " HTTP/1.1\r\nHost: "
            + uri.getAuthority()
            + "\r\nContent-Type: application/json\r\nAccept: "
            + accept
            + "\r\nContent-Length: "
            + content.length
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(content);
    return new RawHttp(socket);
  }

  /** The whole answer to a request without a body, after which the server closes. */
  static String answer(int port, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(LIMIT_MILLIS);
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private int read() throws IOException {
    int value = in.read();
    assertThat(value).as("the connection is open").isNotNegative();
    return value;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = read(); c != '\n'; c = read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** The status line and the headers. */
  String head() throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line = line(); !line.isEmpty(); line = line()) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  /** The next byte of a chunked body, or -1 at its end. */
  private int readBody() throws IOException {
    if (leftOfChunk == 0) {
      leftOfChunk = Integer.parseInt(line(), 16);
      if (leftOfChunk == 0) {
        return -1;
      }
    }
    int value = read();
    if (--leftOfChunk == 0) {
      assertThat(line()).isEmpty();
    }
    return value;
  }

  /** The body goes on with exactly this. */
  void expect(String text) throws IOException {
    StringBuilder found = new StringBuilder();
    while (found.length() < text.length()) {
      found.append((char) readBody());
      assertThat(text).startsWith(found);
    }
  }

  /** Passes over the body up to and with this. */
  void skipTo(String text) throws IOException {
    StringBuilder found = new StringBuilder();
    while (found.indexOf(text) < 0) {
      int value = readBody();
      assertThat(value).as("%s after %s", text, found).isNotNegative();
      found.append((char) value);
    }
  }

  /** The body ends here. */
  void expectEnd() throws IOException {
    assertThat(readBody()).isEqualTo(-1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
