package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of graphql-transport-ws that sends what it is told to, right or wrong. */
final class WebSocketClient implements WebSocket.Listener {

  static final long LIMIT_SECONDS = 20;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<Closed> closed = new CompletableFuture<>();
  private final StringBuilder partial = new StringBuilder();
  private @Nullable WebSocket socket;

  /** How the server closed. */
  record Closed(int code, String reason) {}

  private WebSocketClient() {}

  static WebSocketClient open(URI uri) {
    return open(uri, "graphql-transport-ws", Map.of());
  }

  static WebSocketClient open(URI uri, String subprotocol, Map<String, String> headers) {
    WebSocketClient client = new WebSocketClient();
    WebSocket.Builder builder = HTTP.newWebSocketBuilder().subprotocols(subprotocol);
    headers.forEach(builder::header);
    client.socket =
        builder.buildAsync(uri, client).orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    return client;
  }

  private WebSocket socket() {
    return java.util.Objects.requireNonNull(socket);
  }

  WebSocketClient initialise() {
    send("{\"type\":\"connection_init\"}");
    assertThat(next().path("type").asText()).isEqualTo("connection_ack");
    return this;
  }

  void send(String text) {
    socket().sendText(text, true).orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }

  void sendBinary(byte[] bytes) {
    socket()
        .sendBinary(java.nio.ByteBuffer.wrap(bytes), true)
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  void subscribe(String id, String query) {
    subscribe(id, query, Map.of());
  }

  void subscribe(String id, String query, Map<String, ?> variables) {
    ObjectNode message = JSON.createObjectNode();
    message.put("id", id).put("type", "subscribe");
    message.putObject("payload").put("query", query).set("variables", JSON.valueToTree(variables));
    send(message.toString());
  }

  /** Runs a query or mutation, and returns its result. */
  JsonNode run(String query) {
    return run(query, Map.of());
  }

  JsonNode run(String query, Map<String, ?> variables) {
    subscribe("run", query, variables);
    JsonNode next = next();
    assertThat(next.path("type").asText()).describedAs("%s", next).isEqualTo("next");
    assertThat(next.path("id").asText()).isEqualTo("run");
    assertThat(next().path("type").asText()).isEqualTo("complete");
    return next.path("payload");
  }

  /** Waits for the next message. */
  JsonNode next() {
    try {
      JsonNode message = received.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(message).describedAs("a message within the limit; closed: %s", closed).isNotNull();
      return java.util.Objects.requireNonNull(message);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for the next result of an operation. */
  JsonNode nextData(String id) {
    JsonNode message = next();
    assertThat(message.path("type").asText()).describedAs("%s", message).isEqualTo("next");
    assertThat(message.path("id").asText()).isEqualTo(id);
    return message.path("payload").path("data");
  }

  /** Waits for the error that ends an operation, and returns its code. */
  String nextErrorCode(String id) {
    JsonNode message = next();
    assertThat(message.path("type").asText()).describedAs("%s", message).isEqualTo("error");
    assertThat(message.path("id").asText()).isEqualTo(id);
    return message.path("payload").path(0).path("extensions").path("code").asText();
  }

  /**
   * Waits until what was sent before has been handled: a pong comes only after that, and all that
   * was to be said before the pong has come too.
   */
  void settle() {
    send("{\"type\":\"ping\",\"payload\":{\"settle\":true}}");
    JsonNode pong = next();
    assertThat(pong.path("type").asText()).describedAs("%s", pong).isEqualTo("pong");
  }

  Closed closed() {
    return closed.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }

  void close() {
    socket()
        .sendClose(WebSocket.NORMAL_CLOSURE, "")
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  void abort() {
    socket().abort();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      try {
        received.add(JSON.readTree(partial.toString()));
      } catch (JsonProcessingException e) {
        throw new AssertionError("not JSON: " + partial, e);
      }
      partial.setLength(0);
    }
    webSocket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
    closed.complete(new Closed(code, reason));
    return null;
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    closed.completeExceptionally(error);
  }
}
