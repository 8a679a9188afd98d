package io.polyhub.conformance;

import io.polyhub.channel.Rules;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.hub.Limits;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.server.Server;
import io.polyhub.server.StartException;
import io.polyhub.server.config.AdminConfig;
import io.polyhub.server.config.BrokerConfig;
import io.polyhub.server.config.DoorConfig;
import io.polyhub.server.config.LoggingConfig;
import io.polyhub.server.config.NetworkConfig;
import io.polyhub.server.config.ServerConfig;
import io.polyhub.server.config.ShutdownConfig;
import io.polyhub.websocket.WebAccess;
import io.polyhub.websocket.WebSocketConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** The server as it runs for users, with all doors on loopback, each on a free port. */
final class TestServer implements AutoCloseable {

  private static final int EVENT_LOOPS = 2;
  private static final Duration STREAM_KEEP_ALIVE = Duration.ofMillis(500);

  private final Server server;

  private TestServer(Server server) {
    this.server = server;
  }

  static TestServer start(BrokerConfig broker, Rules rules, IdentityConfig identity) {
    ServerConfig config =
        new ServerConfig(
            EVENT_LOOPS,
            identity,
            broker,
            NetworkConfig.STANDARD,
            Limits.STANDARD,
            rules,
            List.of(
                new DoorConfig.WebSocket(WebSocketConfig.STANDARD.listeningOn(Doors.HOST, 0)),
                new DoorConfig.Http(graphQl()),
                new DoorConfig.Mqtt(MqttConfig.STANDARD.listeningOn(Doors.HOST, 0)),
                new DoorConfig.Grpc(GrpcConfig.STANDARD.withPort(0))),
            new AdminConfig(true, Doors.HOST, 0, WebAccess.STANDARD),
            LoggingConfig.STANDARD,
            ShutdownConfig.STANDARD);
    try {
      return new TestServer(Server.start(config));
    } catch (StartException failed) {
      throw new AssertionError(failed);
    }
  }

  /** The standard, with a short keep-alive: only by it an event stream learns that nobody reads. */
  private static GraphQlConfig graphQl() {
    GraphQlConfig standard = GraphQlConfig.STANDARD;
    return new GraphQlConfig(
        Doors.HOST,
        0,
        standard.tls(),
        standard.access(),
        standard.ui(),
        standard.uiWebSocketUrl(),
        standard.introspection(),
        standard.document(),
        standard.messageBytes(),
        standard.responseBytes(),
        standard.operationsPerConnection(),
        standard.initTimeout(),
        STREAM_KEEP_ALIVE,
        standard.requestTimeout(),
        standard.streams(),
        standard.streamQueue(),
        standard.reservationTimeout(),
        standard.http());
  }

  Doors doors() {
    return new Doors(
        server.port("websocket"), server.port("http"), server.port("mqtt"), server.port("grpc"));
  }

  /** What the server says of itself to operators. */
  String readiness() {
    URI address = URI.create("http://" + Doors.HOST + ":" + server.port("admin") + "/health/ready");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError(failed);
    }
  }

  /** Whether it is ready, and knows that many nodes, itself among them. */
  boolean isReadyWith(int nodes) {
    String says = readiness();
    return says.startsWith("{\"state\":\"ready\"")
        && (nodes == 1 || says.contains("\"nodes\":" + nodes));
  }

  int sessionCount() {
    return server.sessionCount();
  }

  @Override
  public void close() {
    server.close();
  }
}
