package io.polyhub.server.config;

import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Rules;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.hub.Limits;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.websocket.WebSocketConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Reads the whole file, and what must hold between its sections. */
final class ServerSection {

  private static final Path DATA_DIRECTORY = Path.of("data");
  private static final int MAX_EVENT_LOOPS = 256;

  private ServerSection() {}

  static ServerConfig read(Section root) {
    Path dataDirectory = root.read("dataDirectory", DATA_DIRECTORY, Kind.path());
    int eventLoops = root.read("eventLoops", 0, Kind.integer(0, MAX_EVENT_LOOPS));
    Section authSection = root.section("auth");
    IdentityConfig auth = AuthSection.read(authSection);
    TlsSection.Shared tls = TlsSection.readShared(root.section("tls"));
    Section websocketSection = root.section("websocket");
    WebSocketConfig websocket = WebSocketSection.read(websocketSection, tls);
    Section httpSection = root.section("http");
    GraphQlConfig http = GraphQlSection.read(httpSection, tls);
    Section mqttSection = root.section("mqtt");
    MqttConfig mqtt = MqttSection.read(mqttSection, tls);
    Section grpcSection = root.section("grpc");
    GrpcConfig grpc = GrpcSection.read(grpcSection, tls);
    Section adminSection = root.section("admin");
    AdminConfig admin = AdminConfig.read(adminSection);
    Rules rules = RulesSection.read(root);
    Limits limits = LimitsSection.read(root.section("limits"));
    Section brokerSection = root.section("broker");
    BrokerConfig broker = BrokerSection.read(brokerSection, dataDirectory);
    LoggingConfig logging = LoggingConfig.read(root.section("logging"));
    ShutdownConfig shutdown = ShutdownConfig.read(root.section("shutdown"));
    root.end();
    if (broker instanceof BrokerConfig.Nats(NatsConfig nats)) {
      requireRoomInCursors(brokerSection, nats.streams().partitions(), rules);
    }
    if (websocket != null) {
      requireLoopback(websocketSection, websocket.bind(), auth);
    }
    if (http != null) {
      requireLoopback(httpSection, http.bind(), auth);
    }
    if (mqtt != null) {
      requireLoopback(mqttSection, mqtt.bind(), auth);
    }
    if (grpc != null) {
      requireLoopback(grpcSection, grpc.bind(), auth);
    }
    if (admin.enabled()) {
      requireLoopback(adminSection, admin.bind(), auth);
    }
    if (auth.certificates() != null
        && Stream.of(
                websocket == null ? null : websocket.tls(),
                http == null ? null : http.tls(),
                mqtt == null ? null : mqtt.tls(),
                grpc == null ? null : grpc.tls())
            .noneMatch(files -> files != null && files.clientAuthorities() != null)) {
      authSection.problem(
          "certificates",
          "found enabled, but no door asks for certificates",
          "tls.enabled and tls.clientAuthorities in a door");
    }
    return new ServerConfig(
        eventLoops == 0 ? Runtime.getRuntime().availableProcessors() : eventLoops,
        auth,
        broker,
        limits,
        rules,
        websocket,
        http,
        mqtt,
        grpc,
        admin,
        logging,
        shutdown);
  }

  /** A cursor of a filter over all channels has a position for each stream. */
  private static void requireRoomInCursors(Section broker, int partitions, Rules rules) {
    long kept = rules.all().stream().filter(rule -> rule.history().isKept()).count();
    if (kept * partitions > Cursor.MAX_POSITIONS) {
      broker.problem(
          "nats.streams.partitions",
          "found " + partitions + " with " + kept + " rules that keep history",
          "at most " + Cursor.MAX_POSITIONS + " streams in all");
    }
  }

  /** Without authentication anyone who reaches the server may do everything. */
  private static void requireLoopback(Section door, String bind, IdentityConfig auth) {
    if (auth.jwt() != null || auth.certificates() != null) {
      return;
    }
    try {
      for (InetAddress address : InetAddress.getAllByName(bind)) {
        if (!address.isLoopbackAddress()) {
          door.problem(
              "bind",
              "found \"" + bind + "\" without authentication",
              "a loopback address such as 127.0.0.1, or one of auth.jwt.secretFiles,"
                  + " auth.jwt.publicKeyFiles, auth.jwt.jwks.url or auth.certificates.enabled set");
          return;
        }
      }
    } catch (UnknownHostException e) {
      throw new IllegalStateException("was resolved a moment ago: " + bind, e);
    }
  }
}
