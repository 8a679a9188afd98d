package io.polyhub.bench.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A nats-server that runs, with JetStream in its folder, and with its doors for MQTT and WebSocket.
 *
 * @param port for NATS clients
 */
record NatsServer(
    int port, int mqttPort, int webSocketPort, int monitoringPort, PeerProcess process)
    implements AutoCloseable {

  /** The program, where this machine has it. */
  static final Optional<Path> PROGRAM = Programs.find("nats-server");

  /** How to get it. */
  static final String MISSING =
      "there is no nats-server (Debian and Ubuntu: apt-get install nats-server)";

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** JetStream's bounds are no reservations; they have to hold what streams may grow to. */
  private static final String CONFIGURATION =
      """
      server_name: bench
      listen: 127.0.0.1:%d
      http: 127.0.0.1:%d
      jetstream { store_dir: "store", max_memory_store: 64GB, max_file_store: 1TB }
      mqtt { listen: 127.0.0.1:%d }
      websocket { listen: 127.0.0.1:%d, no_tls: true }
      """;

  /** What it is configured with, with the usual ports. */
  static String configuration() {
    return CONFIGURATION.formatted(4222, 8222, 1883, 8080);
  }

  /** Starts it, and waits until it takes connections. */
  static NatsServer start(Path folder) {
    int port = Ports.free();
    int monitoringPort = Ports.free();
    int mqttPort = Ports.free();
    int webSocketPort = Ports.free();
    Folders.write(
        folder.resolve("nats.conf"),
        CONFIGURATION.formatted(port, monitoringPort, mqttPort, webSocketPort));
    PeerProcess process =
        PeerProcess.start(
            folder,
            "nats-server",
            Map.of(),
            List.of(PROGRAM.orElseThrow().toString(), "--config", "nats.conf"));
    process.awaitOpen(List.of(port, monitoringPort, mqttPort, webSocketPort));
    return new NatsServer(port, mqttPort, webSocketPort, monitoringPort, process);
  }

  /** What it has counted since its start. */
  NatsCounts counts() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + monitoringPort + "/varz"))
            .timeout(LIMIT)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      String all = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return new NatsCounts(
          number(all, "in_msgs"), number(all, "out_msgs"), number(all, "subscriptions"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static long number(String json, String key) {
    Matcher found = Pattern.compile("\"" + key + "\": *(\\d+)").matcher(json);
    if (!found.find()) {
      throw new IllegalStateException("no " + key + " in " + json);
    }
    return Long.parseLong(found.group(1));
  }

  @Override
  public void close() {
    process.close();
  }
}
