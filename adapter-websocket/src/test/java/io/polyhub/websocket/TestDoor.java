package io.polyhub.websocket;

import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;

/** A hub with a WebSocket door on a free port. */
final class TestDoor implements AutoCloseable {

  private static final int THREADS = 2;

  private final TestHub hub;
  private final EventLoops loops;
  private final WebSocketAdapter adapter;

  private TestDoor(TestHub hub, WebSocketConfig config, List<WebSocketSubprotocol> subprotocols)
      throws IOException {
    this.hub = hub;
    loops = EventLoops.start(hub.hub(), THREADS);
    adapter = WebSocketAdapter.start(hub.hub(), loops, config, subprotocols, hub.registry());
  }

  static TestDoor start() throws IOException {
    return start(TestHub.start(), config -> config);
  }

  static TestDoor start(TestHub hub, UnaryOperator<WebSocketConfig> settings) throws IOException {
    return start(hub, settings, List.of());
  }

  static TestDoor start(
      TestHub hub, UnaryOperator<WebSocketConfig> settings, List<WebSocketSubprotocol> subprotocols)
      throws IOException {
    WebSocketConfig free = WebSocketConfig.STANDARD.listeningOn("127.0.0.1", 0);
    return new TestDoor(hub, settings.apply(free), subprotocols);
  }

  int port() {
    return adapter.port();
  }

  TestHub hub() {
    return hub;
  }

  WebSocketAdapter adapter() {
    return adapter;
  }

  double count(String metric, String... tags) {
    var meter = hub.registry().find(metric).tags(tags).meter();
    return meter == null ? 0 : meter.measure().iterator().next().getValue();
  }

  /** Waits until the condition holds. */
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + RawWebSocket.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        Assertions.fail("still not so after " + RawWebSocket.PATIENCE);
      }
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  @Override
  public void close() {
    adapter.close();
    hub.close();
    loops.close();
  }
}
