package io.polyhub.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that speaks HTTP/1 on a plain socket, byte for byte, and reads answers without end. */
final class HttpClient implements AutoCloseable {

  private final RawWebSocket socket;
  private final StringBuilder unread = new StringBuilder();
  private boolean chunked;
  private boolean ended;

  HttpClient(int port) throws IOException {
    socket = RawWebSocket.connect(port);
  }

  /** The whole answer to a request. */
  record Answer(int status, String head, String body) {

    String header(String name) {
      for (String line : head.split("\r\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
          return line.substring(name.length() + 1).strip();
        }
      }
      return "";
    }
  }

  RawWebSocket socket() {
    return socket;
  }

  void send(String text) throws IOException {
    socket.send(text);
  }

  /** Sends a request with a body, and reads the whole answer. */
  Answer ask(String method, String target, String body, String... headers) throws IOException {
    send(request(method, target, body, headers));
    return answer();
  }

  static String request(String method, String target, String body, String... headers) {
    StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    text.append("Host: localhost\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    if (!body.isEmpty() || method.equals("POST")) {
      text.append("Content-Length: ")
          .append(body.getBytes(StandardCharsets.UTF_8).length)
          .append("\r\n");
    }
    return text.append("\r\n").append(body).toString();
  }

  Answer answer() throws IOException {
    String head = socket.readHead();
    int status = Integer.parseInt(head.substring(9, 12));
    Answer bare = new Answer(status, head, "");
    String length = bare.header("content-length");
    byte[] body = socket.input().readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    return new Answer(status, head, new String(body, StandardCharsets.UTF_8));
  }

  /** Sends a request, and reads the head of an answer without end. */
  Answer open(String method, String target, String body, String... headers) throws IOException {
    send(request(method, target, body, headers));
    String head = socket.readHead();
    Answer opened = new Answer(Integer.parseInt(head.substring(9, 12)), head, "");
    chunked = opened.header("transfer-encoding").equals("chunked");
    return opened;
  }

  /** The next line of the body that is not empty; throws at its end. */
  String line() throws IOException {
    while (true) {
      int end = unread.indexOf("\n");
      if (end >= 0) {
        String line = unread.substring(0, end).replace("\r", "");
        unread.delete(0, end + 1);
        if (!line.isEmpty()) {
          return line;
        }
      } else if (!more()) {
        throw new IOException("the body has ended: " + unread);
      }
    }
  }

  /** The next line that is no ping. */
  String next() throws IOException {
    while (true) {
      String line = line();
      if (!line.equals("{}") && !line.equals("data: {}")) {
        return line;
      }
    }
  }

  /** Whether the body, and the connection with it, ends now. */
  boolean ends() throws IOException {
    return !more() && socket.input().read() < 0;
  }

  private boolean more() throws IOException {
    if (ended) {
      return false;
    }
    if (!chunked) {
      int next = socket.input().read();
      if (next < 0) {
        ended = true;
        return false;
      }
      unread.append((char) next);
      return true;
    }
    StringBuilder size = new StringBuilder();
    while (!size.toString().endsWith("\r\n")) {
      int next = socket.input().read();
      if (next < 0) {
        throw new IOException("cut off in a chunk");
      }
      size.append((char) next);
    }
    int length = Integer.parseInt(size.toString().strip(), 16);
    byte[] bytes = socket.input().readNBytes(length);
    byte[] lineEnd = socket.input().readNBytes(2);
    if (!new String(lineEnd, StandardCharsets.US_ASCII).equals("\r\n")) {
      throw new IOException("a chunk without its end");
    }
    unread.append(new String(bytes, StandardCharsets.UTF_8));
    ended = length == 0;
    return !ended;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
