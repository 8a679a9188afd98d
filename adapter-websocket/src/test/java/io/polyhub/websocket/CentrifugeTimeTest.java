package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.TestHub;
import io.polyhub.hub.Undecided;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What happens by the clock: introductions, pings, pongs, closing, sockets that stay full. */
class CentrifugeTimeTest {

  private static final Duration SHORT = Duration.ofMillis(300);

  @Test
  void a_client_that_does_not_introduce_itself_is_stale() throws IOException {
    try (TestDoor door = TestDoor.start(settings -> settings.introductionTimeout = SHORT);
        JsonClient client = new JsonClient(door.port())) {
      assertThat(client.closing()).isEqualTo("3502 stale");
    }
  }

  @Test
  void a_client_that_the_hub_keeps_waiting_is_to_come_back() throws IOException {
    TestHub hub = TestHub.with().authenticator(new Undecided()).start();
    try (TestDoor door = TestDoor.start(hub, settings -> settings.introductionTimeout = SHORT);
        JsonClient client = new JsonClient(door.port())) {
      client.send("{\"id\":1,\"connect\":{}}");
      assertThat(client.closing()).isEqualTo("3004 internal server error");
    }
  }

  @Test
  void pings_come_on_schedule_and_a_client_that_answers_stays() throws IOException {
    try (TestDoor door = TestDoor.start(CentrifugeTimeTest::pingEachSecond);
        JsonClient client = JsonClient.connected(door.port())) {
      long start = System.nanoTime();
      for (int i = 0; i < 4; i++) {
        assertThat(client.socket().read().text()).isEqualTo("{}");
        client.send("{}");
      }
      // The first after half to a whole second, then three whole ones.
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(millis).isBetween(3_300L, 8_000L);
      assertThat(client.ask("{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}")).contains("subscribe");
    }
  }

  @Test
  void a_client_that_does_not_answer_a_ping_is_closed() throws IOException {
    try (TestDoor door = TestDoor.start(CentrifugeTimeTest::pingEachSecond);
        JsonClient client = JsonClient.connected(door.port())) {
      assertThat(client.closing()).isEqualTo("3012 no pong");
      TestDoor.await(() -> door.hub().hub().sessionCount() == 0);
    }
  }

  private static void pingEachSecond(TestSettings settings) {
    settings.pingInterval = Duration.ofSeconds(1);
    settings.pongTimeout = SHORT;
  }

  @Test
  void a_protobuf_ping_is_one_byte() throws IOException {
    try (TestDoor door = TestDoor.start(CentrifugeTimeTest::pingEachSecond);
        ProtobufClient client = ProtobufClient.connected(door.port())) {
      RawWebSocket.Frame ping = client.socket().read();
      assertThat(ping.firstByte()).isEqualTo(0x82);
      assertThat(ping.payload()).containsExactly(0);
    }
  }

  @Test
  void the_carrier_pings_subprotocols_without_pings_of_their_own() throws Exception {
    TestSettings settings = new TestSettings();
    settings.carrierPingInterval = Duration.ofMillis(600);
    settings.carrierPongTimeout = SHORT;
    EchoSubprotocol echo = new EchoSubprotocol();
    try (TestDoor door = TestDoor.start(TestHub.start(), settings.config(), List.of(echo));
        RawWebSocket client = RawWebSocket.open(door.port(), EchoSubprotocol.PATH)) {
      for (int i = 0; i < 3; i++) {
        RawWebSocket.Frame ping = client.read();
        assertThat(ping.firstByte()).isEqualTo(0x89);
        client.sendFrame(0x8A, ping.payload());
      }
      // One that is half open does not answer.
      assertThat(client.read().firstByte()).isEqualTo(0x89);
      client.awaitEnd();
      assertThat(echo.events.poll(10, TimeUnit.SECONDS))
          .isEqualTo(new WebSocketEnd.ByCarrier(1006, CloseReason.KEEP_ALIVE_TIMEOUT));
      assertThat(echo.events.poll(10, TimeUnit.SECONDS)).isEqualTo("inactive");
    }
  }

  @Test
  void a_client_that_does_not_take_part_in_closing_is_dropped() throws IOException {
    try (TestDoor door =
            TestDoor.start(settings -> {
              settings.introductionTimeout = SHORT;
              settings.closeTimeout = SHORT;
            });
        JsonClient client = new JsonClient(door.port())) {
      assertThat(client.closing()).isEqualTo("3502 stale");
      client.socket().awaitEnd();
    }
  }

  @Test
  void a_client_that_takes_part_in_closing_is_let_go_at_once() throws IOException {
    try (TestDoor door = TestDoor.start(settings -> settings.introductionTimeout = SHORT);
        JsonClient client = new JsonClient(door.port())) {
      assertThat(client.closing()).isEqualTo("3502 stale");
      client.send("{\"id\":1,\"connect\":{}}"); // Thrown away.
      client.socket().sendFrame(0x88, new byte[] {0x0D, (byte) 0xAE});
      client.socket().awaitEnd();
      TestDoor.await(() -> door.metric("polyhub.websocket.connections") == 0);
    }
  }

  @Test
  void a_socket_that_stays_full_is_dropped() throws Exception {
    TestSettings settings = new TestSettings();
    settings.writeTimeout = SHORT;
    EchoSubprotocol echo = new EchoSubprotocol();
    try (TestDoor door = TestDoor.start(TestHub.start(), settings.config(), List.of(echo));
        RawWebSocket client = RawWebSocket.open(door.port(), EchoSubprotocol.PATH)) {
      // It sends and never reads, until the way back is full.
      byte[] message = new byte[EchoSubprotocol.MAX_MESSAGE_BYTES];
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 1_000; i++) {
                    client.sendBinary(message);
                  }
                } catch (IOException dropped) {
                  Thread.currentThread().interrupt();
                }
              });
      assertThat(echo.events.poll(20, TimeUnit.SECONDS))
          .isEqualTo(new WebSocketEnd.ByCarrier(1006, CloseReason.SLOW_CONSUMER));
      sender.join();
    }
  }
}
