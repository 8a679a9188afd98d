package io.polyhub.bench.scenario;

import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Dialect;
import io.polyhub.bench.load.Fleet;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.MqttDialect;
import io.polyhub.bench.load.MqttOptions;
import io.polyhub.bench.target.ProcessProbe;
import io.polyhub.bench.target.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntFunction;

/**
 * What an idle connection with one subscription costs the server: live heap, and memory of the
 * process. It is the slope between few connections and many, so that what the server costs without
 * connections does not count.
 */
public final class IdleDensity {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final int few;
  private final int many;

  public IdleDensity(int few, int many) {
    this.few = few;
    this.many = many;
  }

  /** What the server costs with that many connections. */
  private record Cost(int connections, long heapBytes, long residentBytes) {}

  public void run(Path folder, boolean histogram) {
    measure(
        folder,
        "websocket",
        "WebSocket, Centrifuge JSON",
        i -> new CentrifugeDialect(false, "idle/" + i),
        histogram);
    measure(
        folder,
        "mqtt",
        "MQTT 5, QoS 1",
        i -> new MqttDialect(MqttOptions.listening("idle-" + i, 1, "idle/" + i)),
        histogram);
  }

  private void measure(
      Path folder, String door, String name, IntFunction<Dialect> dialect, boolean histogram) {
    try (ClientLoops loops = ClientLoops.start(1);
        ServerProcess server = ServerProcess.start(folder, Configurations.inMemory())) {
      int port = server.port(door);
      System.out.println(name);
      // Once many and gone again: what is only reserved then does not count as a connection's.
      Fleet.open(loops, port, 0, few, dialect, LoadListener.DEAF, LIMIT).close();
      awaitSessions(server, 0);
      try (Fleet first = Fleet.open(loops, port, 0, few, dialect, LoadListener.DEAF, LIMIT)) {
        Cost before = cost(server, few);
        try (Fleet rest =
            Fleet.open(loops, port, few, many - few, dialect, LoadListener.DEAF, LIMIT)) {
          Cost after = cost(server, many);
          double added = many - few;
          System.out.printf(
              "  a connection: %,.0f bytes of live heap, %,.0f bytes of the process%n",
              (after.heapBytes - before.heapBytes) / added,
              (after.residentBytes - before.residentBytes) / added);
          if (histogram) {
            server.probe().classHistogram().lines().limit(43).forEach(System.out::println);
          }
          if (first.closedCount() + rest.closedCount() > 0) {
            throw new IllegalStateException("connections were lost");
          }
        }
      }
    }
  }

  private static void awaitSessions(ServerProcess server, int count) {
    Waiting.until(
        count + " sessions", LIMIT, () -> server.metrics().sum("polyhub_sessions") == count);
  }

  private static Cost cost(ServerProcess server, int connections) {
    awaitSessions(server, connections);
    ProcessProbe probe = server.probe();
    long heap = probe.liveHeapBytes();
    long resident = probe.residentBytes();
    System.out.printf(
        "  with %,6d: %,12d bytes of live heap, %,12d bytes of the process%n",
        connections, heap, resident);
    return new Cost(connections, heap, resident);
  }
}
