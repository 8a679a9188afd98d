package io.polyhub.websocket;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A client of the Centrifuge protocol in JSON: a line is a command or a reply. */
final class JsonClient implements AutoCloseable {

  private final RawWebSocket socket;
  private final Queue<String> lines = new ArrayDeque<>();

  JsonClient(int port, String... headers) throws IOException {
    socket = RawWebSocket.open(port, CentrifugeSubprotocol.PATH, headers);
  }

  /** Opens a WebSocket and connects without a token. */
  static JsonClient connected(int port) throws IOException {
    return connected(port, "{}");
  }

  /** Opens a WebSocket and connects with that request. */
  static JsonClient connected(int port, String request) throws IOException {
    JsonClient client = new JsonClient(port);
    client.send("{\"id\":1,\"connect\":" + request + "}");
    String reply = client.next();
    if (!reply.startsWith("{\"id\":1,\"connect\":{")) {
      throw new IOException("not connected: " + reply);
    }
    return client;
  }

  RawWebSocket socket() {
    return socket;
  }

  /** Sends the lines as one frame. */
  void send(String... commands) throws IOException {
    socket.sendText(String.join("\n", commands));
  }

  /** Sends a command and returns the next reply or push but pings. */
  String ask(String command) throws IOException {
    send(command);
    return next();
  }

  /** The next reply or push but pings. */
  String next() throws IOException {
    while (true) {
      while (lines.isEmpty()) {
        RawWebSocket.Frame frame = socket.read();
        if (frame.opcode() != Frames.TEXT) {
          throw new IOException("not text: " + frame.closeCode() + " " + frame.closeReason());
        }
        lines.addAll(List.of(frame.text().split("\n", -1)));
      }
      String line = lines.remove();
      if (!line.equals("{}")) {
        return line;
      }
    }
  }

  /** Awaits the end, and returns the code and reason that the server gave. */
  String closing() throws IOException {
    while (true) {
      RawWebSocket.Frame frame = socket.read();
      if (frame.opcode() == Frames.CLOSE) {
        return frame.closeCode() + " " + frame.closeReason();
      }
    }
  }

  /** The text between two others. */
  static String between(String text, String before, String after) {
    int start = text.indexOf(before) + before.length();
    return text.substring(start, text.indexOf(after, start));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
