package io.polyhub.websocket;

import io.micrometer.core.instrument.Meter;
import io.polyhub.hub.TestHub;
import io.polyhub.net.Entrance;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;

/** A hub with a WebSocket door on a free port. */
final class TestDoor implements AutoCloseable {

  private static final int THREADS = 2;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

  private final TestHub hub;
  private final EventLoops loops;
  private final WebSocketAdapter adapter;

  private TestDoor(
      TestHub hub,
      WebSocketConfig config,
      List<WebSocketSubprotocol> subprotocols,
      List<HttpRoute> routes)
      throws IOException {
    this.hub = hub;
    loops = EventLoops.start(hub.hub(), THREADS);
    adapter =
        WebSocketAdapter.start(
            hub.hub(), loops, config, subprotocols, routes, Entrance.open(), hub.registry());
  }

  /** Everyone may do everything. */
  static TestDoor start() throws IOException {
    return start(TestHub.start(), settings -> {});
  }

  static TestDoor start(Consumer<TestSettings> change) throws IOException {
    return start(TestHub.start(), change);
  }

  static TestDoor start(TestHub hub, Consumer<TestSettings> change) throws IOException {
    TestSettings settings = new TestSettings();
    change.accept(settings);
    return start(hub, settings.config(), List.of());
  }

  static TestDoor start(
      TestHub hub, WebSocketConfig config, List<WebSocketSubprotocol> subprotocols)
      throws IOException {
    return start(hub, config, subprotocols, List.of());
  }

  static TestDoor start(
      TestHub hub,
      WebSocketConfig config,
      List<WebSocketSubprotocol> subprotocols,
      List<HttpRoute> routes)
      throws IOException {
    return new TestDoor(hub, config, subprotocols, routes);
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

  /** Waits until a metric has that value: it may be counted just after a client sees its effect. */
  void awaitMetric(double value, String name, String... tags) {
    await(() -> metric(name, tags) == value);
  }

  /** The value of a metric, 0 if there is none. */
  double metric(String name, String... tags) {
    Meter meter = hub.registry().find(name).tags(tags).meter();
    return meter == null ? 0 : meter.measure().iterator().next().getValue();
  }

  /** Waits until the condition holds. */
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + RawWebSocket.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        Assertions.fail("still not so after " + RawWebSocket.PATIENCE);
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  @Override
  public void close() {
    adapter.close();
    hub.close();
    loops.close();
  }
}
