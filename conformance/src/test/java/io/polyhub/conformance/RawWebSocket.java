package io.polyhub.conformance;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A WebSocket that gives whole messages, in order, and takes them from any thread, in order. */
final class RawWebSocket implements MessageLine {

  private final HttpClient http = HttpClient.newHttpClient();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final WebSocket socket;
  private CompletableFuture<WebSocket> lastSent;

  /**
   * Opens one.
   *
   * @param subprotocol the one to ask for; empty for none
   * @param text is given text messages
   * @param binary is given binary messages
   */
  RawWebSocket(URI uri, String subprotocol, Consumer<String> text, Consumer<byte[]> binary) {
    WebSocket.Builder builder = http.newWebSocketBuilder();
    if (!subprotocol.isEmpty()) {
      builder.subprotocols(subprotocol);
    }
    socket = Await.done(builder.buildAsync(uri, new Messages(text, binary, closed)));
    lastSent = CompletableFuture.completedFuture(socket);
  }

  @Override
  public void send(String text) {
    send(open -> open.sendText(text, true));
  }

  @Override
  public void send(byte[] bytes) {
    send(open -> open.sendBinary(ByteBuffer.wrap(bytes), true));
  }

  private synchronized void send(Function<WebSocket, CompletionStage<WebSocket>> one) {
    lastSent = lastSent.thenCompose(one);
  }

  /** The status code with which the server closed it; {@code lost} if it did not say. */
  @Override
  public CompletableFuture<String> closed() {
    return closed;
  }

  @Override
  public void close() {
    if (!closed.isDone()) {
      send(open -> open.sendClose(WebSocket.NORMAL_CLOSURE, ""));
      Await.done(closed.handle((code, failure) -> true));
    }
    socket.abort();
    http.shutdownNow();
    http.close();
  }

  private static final class Messages implements WebSocket.Listener {

    private final Consumer<String> text;
    private final Consumer<byte[]> binary;
    private final CompletableFuture<String> closed;
    private final StringBuilder textParts = new StringBuilder();
    private final ByteArrayOutputStream binaryParts = new ByteArrayOutputStream();

    Messages(Consumer<String> text, Consumer<byte[]> binary, CompletableFuture<String> closed) {
      this.text = text;
      this.binary = binary;
      this.closed = closed;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      textParts.append(part);
      if (last) {
        text.accept(textParts.toString());
        textParts.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      binaryParts.writeBytes(bytes);
      if (last) {
        binary.accept(binaryParts.toByteArray());
        binaryParts.reset();
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(Integer.toString(code));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      closed.complete("lost");
    }
  }
}
