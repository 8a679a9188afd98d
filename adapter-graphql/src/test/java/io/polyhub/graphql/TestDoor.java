package io.polyhub.graphql;

import io.micrometer.core.instrument.Gauge;
import io.polyhub.hub.TestHub;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebSocketAdapter;
import io.polyhub.websocket.WebSocketConfig;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** The door, over a real hub and real sockets. */
final class TestDoor implements AutoCloseable {

  static final int EVENT_LOOPS = 2;

  private final TestHub testHub;
  private final EventLoops loops;
  private final GraphQlAdapter adapter;
  private final WebSocketAdapter webSockets;

  private TestDoor(TestHub testHub, GraphQlConfig config) throws IOException {
    this.testHub = testHub;
    loops = EventLoops.start(testHub.hub(), EVENT_LOOPS);
    adapter = GraphQlAdapter.start(testHub.hub(), config, testHub.registry());
    webSockets =
        WebSocketAdapter.start(
            testHub.hub(),
            loops,
            WebSocketConfig.STANDARD.listeningOn("127.0.0.1", 0),
            List.of(adapter.subprotocol(loops)),
            testHub.registry());
  }

  static TestDoor open() throws IOException {
    return open(TestHub.start(), TestConfig.standard().build());
  }

  static TestDoor open(GraphQlConfig config) throws IOException {
    return open(TestHub.start(), config);
  }

  static TestDoor open(TestHub hub, GraphQlConfig config) throws IOException {
    return new TestDoor(hub, config);
  }

  TestHub hub() {
    return testHub;
  }

  GraphQlAdapter adapter() {
    return adapter;
  }

  URI webSocket() {
    return URI.create("ws://127.0.0.1:" + webSockets.port() + GraphQlSubprotocol.PATH);
  }

  URI http() {
    return URI.create("http://127.0.0.1:" + adapter.port() + "/graphql");
  }

  URI stream() {
    return URI.create(http() + "/stream");
  }

  /** A client that has introduced itself. */
  WebSocketClient connect() {
    WebSocketClient client = WebSocketClient.open(webSocket());
    client.initialise();
    return client;
  }

  /** How many sessions there are, of all doors. */
  int sessions() {
    return (int) gauge("polyhub.sessions");
  }

  /** A gauge's value, summed over its tags; 0 if there is none. */
  double gauge(String name) {
    return testHub.registry().find(name).gauges().stream().mapToDouble(Gauge::value).sum();
  }

  double count(String counter, String tag, String value) {
    return testHub.registry().get(counter).tag(tag, value).counter().count();
  }

  @Override
  public void close() {
    webSockets.close();
    adapter.close();
    testHub.close();
    loops.close();
  }
}
