package io.polyhub.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.polyhub.hub.TestHub;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebSocketAdapter;
import io.polyhub.websocket.WebSocketConfig;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** The door, over a real hub and real sockets. */
final class TestDoor implements AutoCloseable {

  private static final int EVENT_LOOPS = 2;

  private final TestHub testHub;
  private final EventLoops loops;
  private final MqttAdapter adapter;
  private final WebSocketAdapter webSockets;

  private TestDoor(TestHub testHub, MqttConfig config, InstantSource clock) throws IOException {
    this.testHub = testHub;
    loops = EventLoops.start(testHub.hub(), EVENT_LOOPS);
    adapter = MqttAdapter.start(testHub.hub(), loops, config, testHub.registry(), clock);
    webSockets =
        WebSocketAdapter.start(
            testHub.hub(),
            loops,
            WebSocketConfig.STANDARD.listeningOn("127.0.0.1", 0),
            adapter.subprotocol().stream().toList(),
            testHub.registry());
  }

  static TestDoor open() throws IOException {
    return open(TestHub.start(), TestConfig.standard());
  }

  static TestDoor open(TestHub hub, MqttConfig config) throws IOException {
    return open(hub, config, InstantSource.system());
  }

  static TestDoor open(TestHub hub, MqttConfig config, InstantSource clock) throws IOException {
    return new TestDoor(hub, config, clock);
  }

  TestHub hub() {
    return testHub;
  }

  MqttAdapter adapter() {
    return adapter;
  }

  int port() {
    return adapter.port();
  }

  int webSocketPort() {
    return webSockets.port();
  }

  /** The sum of the counter's series: every door has its own from the start. */
  double count(String counter) {
    return testHub.registry().get(counter).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** The sum of the gauge's series. */
  double gauge(String gauge) {
    return testHub.registry().get(gauge).gauges().stream().mapToDouble(Gauge::value).sum();
  }

  /** Ends the door as a crash would, but for what was stored; the hub lives on. */
  void closeDoorOnly() {
    webSockets.close();
    adapter.close();
    loops.close();
  }

  @Override
  public void close() {
    closeDoorOnly();
    testHub.close();
  }

  static List<String> uris(TestDoor door) {
    return List.of(
        "tcp://127.0.0.1:" + door.port(), "ws://127.0.0.1:" + door.webSocketPort() + "/mqtt");
  }
}
