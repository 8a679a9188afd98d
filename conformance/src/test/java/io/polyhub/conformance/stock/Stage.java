package io.polyhub.conformance.stock;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.polyhub.bench.target.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * Where the scripts play: a server with all doors, a line to each of them that can be cut, and the
 * levers by which a script has the lines cut and mended and the server restarted.
 */
final class Stage implements AutoCloseable {

  private static final String SECRET = "a-secret-of-the-tests-that-is-long-enough-for-hs256";

  private static final String CONFIGURATION =
      """
      auth:
        jwt:
          secrets: ["%s"]
      websocket: {port: 0}
      http: {port: 0}
      mqtt: {port: 0}
      grpc: {port: 0}
      admin: {port: 0}
      """
          .formatted(SECRET);

  private final ServerProcess server;
  private final Map<String, CuttableLine> lines = new LinkedHashMap<>();
  private final HttpServer levers;

  private Stage(ServerProcess server) throws IOException {
    this.server = server;
    for (String door : new String[] {"websocket", "http", "mqtt", "grpc"}) {
      lines.put(door, CuttableLine.to(server.port(door)));
    }
    levers = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    levers.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    levers.createContext("/cut", exchange -> pull(exchange, this::cut));
    levers.createContext("/mend", exchange -> pull(exchange, this::mend));
    levers.createContext("/restart", exchange -> pull(exchange, this::restart));
    levers.start();
  }

  static Stage open(Path folder) {
    try {
      return new Stage(ServerProcess.start(folder, CONFIGURATION));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pull(HttpExchange exchange, Runnable lever) throws IOException {
    try (exchange) {
      lever.run();
      exchange.sendResponseHeaders(204, -1);
    }
  }

  private void cut() {
    lines.values().forEach(CuttableLine::cut);
  }

  /** All lines hold again; also so that one script leaves nothing behind for the next. */
  void mend() {
    lines.values().forEach(CuttableLine::mend);
  }

  private void restart() {
    server.stop();
    server.startAgain();
  }

  /** What a script is told, as variables of its environment. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("POLYHUB_SECRET", SECRET);
    settings.put("POLYHUB_STAGE", "http://127.0.0.1:" + levers.getAddress().getPort());
    address(settings, "websocket", "ws://");
    address(settings, "http", "http://");
    address(settings, "mqtt", "mqtt://");
    address(settings, "grpc", "");
    return settings;
  }

  private void address(Map<String, String> settings, String door, String scheme) {
    String name = "POLYHUB_" + door.toUpperCase(Locale.ROOT);
    settings.put(name, scheme + "127.0.0.1:" + server.port(door));
    CuttableLine line = lines.get(door);
    if (line != null) {
      settings.put(name + "_LINE", scheme + "127.0.0.1:" + line.port());
    }
  }

  /** What the server has printed. */
  String serverOutput() {
    return server.output();
  }

  @Override
  public void close() {
    levers.stop(0);
    lines.values().forEach(CuttableLine::close);
    server.close();
  }
}
