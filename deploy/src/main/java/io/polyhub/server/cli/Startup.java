package io.polyhub.server.cli;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.door.Listener;
import io.polyhub.server.Server;
import io.polyhub.server.Version;
import io.polyhub.server.config.BrokerConfig;
import io.polyhub.server.config.LoadedConfig;
import io.polyhub.server.config.ServerConfig;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a person, once, where the server listens and whether it asks who comes. */
final class Startup {

  private static final Logger log = LoggerFactory.getLogger(Startup.class);

  private Startup() {}

  static void print(PrintStream out, LoadedConfig loaded, Server server) {
    ServerConfig config = loaded.config();
    out.println("Polyhub " + Version.text() + " is up, configured by " + loaded.source() + ".");
    out.println();
    for (String[] row : rows(server)) {
      out.printf("  %-10s %-22s %s%n", row[0], row[1], row[2]);
    }
    out.println();
    out.println("  data       " + data(config));
    out.println("  auth       " + auth(config));
    out.println();
    out.flush();
  }

  static void log(LoadedConfig loaded, Server server) {
    log.info("Polyhub {} is up, configured by {}", Version.text(), loaded.source());
    for (String[] row : rows(server)) {
      log.info("door {} listens on {}: {}", row[0], row[1], row[2]);
    }
    log.info("data: {}", data(loaded.config()));
    log.info("auth: {}", auth(loaded.config()));
  }

  private static List<String[]> rows(Server server) {
    List<String[]> rows = new ArrayList<>();
    for (Listener listener : server.listeners()) {
      String offers = listener.offers() + (listener.tls() ? " (TLS)" : "");
      rows.add(new String[] {listener.title(), listener.address(), offers});
    }
    return rows;
  }

  private static String data(ServerConfig config) {
    return switch (config.broker()) {
      case BrokerConfig.Embedded(EmbeddedConfig settings) ->
          settings.directory() == null
              ? "in memory only: nothing survives the process"
              : settings.directory().toAbsolutePath().normalize().toString();
      case BrokerConfig.Nats(NatsConfig settings) ->
          "in NATS at "
              + settings.link().servers().stream()
                  .map(URI::toString)
                  .collect(Collectors.joining(", "))
              + ", prefix "
              + settings.prefix();
    };
  }

  private static String auth(ServerConfig config) {
    List<String> ways = new ArrayList<>();
    if (config.auth().jwt() != null) {
      ways.add("tokens");
    }
    if (config.auth().certificates() != null) {
      ways.add("client certificates");
    }
    if (ways.isEmpty()) {
      return "off: anyone on this machine may do everything; listening on loopback only";
    }
    if (config.auth().anonymous() != null) {
      ways.add("anonymous");
    }
    return String.join(", ", ways);
  }
}
