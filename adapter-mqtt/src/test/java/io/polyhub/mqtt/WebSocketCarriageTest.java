package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** MQTT over WebSocket: a stream of bytes, whatever the messages are (section 6). */
final class WebSocketCarriageTest {

  private static TestDoor door;
  private static HttpClient http;

  @BeforeAll
  static void open() throws IOException {
    door = TestDoor.open();
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void close() {
    http.close();
    door.close();
  }

  private static WebSocket connect(Inbox inbox, String subprotocol) {
    return http.newWebSocketBuilder()
        .subprotocols(subprotocol)
        .buildAsync(URI.create("ws://127.0.0.1:" + door.webSocketPort() + "/mqtt"), inbox)
        .join();
  }

  private static void send(WebSocket socket, byte[] bytes) {
    socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
  }

  @Test
  void packets_may_be_split_over_messages_and_joined_in_one() {
    Inbox inbox = new Inbox();
    WebSocket socket = connect(inbox, "mqtt");
    assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
    for (byte one : Bytes.of(Bytes.CONNECT_V3)) {
      send(socket, new byte[] {one});
    }
    inbox.await("20 02 00 00");
    send(
        socket,
        Bytes.of(
            "82 07 00 01 00 02 'ws' 00 ; SUBSCRIBE",
            "30 05 00 02 'ws' '1'      ; PUBLISH",
            "C0 00                     ; PINGREQ",
            "C0                        ; half a PINGREQ"));
    // Whether the publication or the answer to the ping comes first is open.
    String begin = "20 02 00 00 90 03 00 01 00 ";
    String published = "30 05 00 02 77 73 31";
    String pong = "D0 00";
    inbox.await(begin + published + " " + pong, begin + pong + " " + published);
    send(socket, Bytes.of("00 ; the other half"));
    inbox.await(
        begin + published + " " + pong + " " + pong, begin + pong + " " + published + " " + pong);
    socket.abort();
  }

  @Test
  void text_ends_the_connection() {
    Inbox inbox = new Inbox();
    WebSocket socket = connect(inbox, "mqtt");
    send(socket, Bytes.of(Bytes.CONNECT_V5));
    inbox.await(Bytes.hex(Bytes.of(Bytes.CONNACK_V5)));
    socket.sendText("hello", true).join();
    assertThat(inbox.closed.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(1002);
  }

  @Test
  void a_goodbye_closes_the_socket_orderly() {
    Inbox inbox = new Inbox();
    WebSocket socket = connect(inbox, "mqtt");
    send(socket, Bytes.of(Bytes.CONNECT_V3));
    inbox.await("20 02 00 00");
    send(socket, Bytes.of("E0 00 ; DISCONNECT"));
    assertThat(inbox.closed.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(1000);
  }

  @Test
  void who_does_not_speak_mqtt_is_refused_at_the_handshake() {
    assertThatThrownBy(() -> connect(new Inbox(), "mqttv3.1"))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
  }

  /** Collects what comes. */
  private static final class Inbox implements WebSocket.Listener {

    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    synchronized String hex() {
      return Bytes.hex(received.toByteArray());
    }

    /** Waits until all that came is this. */
    void await(String expected) {
      Eventually.holds(() -> hex().equals(expected));
    }

    /** Waits until all that came is one or the other. */
    void await(String one, String other) {
      Eventually.holds(() -> hex().equals(one) || hex().equals(other));
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onBinary(
        WebSocket socket, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      received.writeBytes(bytes);
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      closed.completeExceptionally(error);
    }
  }
}
