package io.polyhub.graphql;

import io.polyhub.identity.TlsFiles;
import io.polyhub.websocket.WebAccess;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A configuration to change in parts; it begins with the standard one, on any free port. */
final class TestConfig {

  @Nullable TlsFiles tls;
  List<String> allowedOrigins = List.of();
  boolean ui = true;
  boolean introspection = true;
  GraphQlConfig.DocumentBounds document = GraphQlConfig.DocumentBounds.STANDARD;
  int messageBytes = GraphQlConfig.STANDARD.messageBytes();
  int responseBytes = GraphQlConfig.STANDARD.responseBytes();
  int operationsPerConnection = GraphQlConfig.STANDARD.operationsPerConnection();
  Duration initTimeout = GraphQlConfig.STANDARD.initTimeout();
  Duration keepAlive = GraphQlConfig.STANDARD.keepAlive();
  Duration requestTimeout = GraphQlConfig.STANDARD.requestTimeout();
  int streams = GraphQlConfig.STANDARD.streams();
  int streamQueue = GraphQlConfig.STANDARD.streamQueue();
  Duration reservationTimeout = GraphQlConfig.STANDARD.reservationTimeout();
  GraphQlConfig.HttpBounds http = GraphQlConfig.HttpBounds.STANDARD;

  private TestConfig() {}

  static TestConfig standard() {
    return new TestConfig();
  }

  /** Small bounds of the HTTP listener; the time is for a head, and for silence. */
  static GraphQlConfig.HttpBounds bounds(int connections, int requests, Duration time) {
    return new GraphQlConfig.HttpBounds(connections, requests, 8 * 1024, 1024 * 1024, time, time);
  }

  GraphQlConfig build() {
    return new GraphQlConfig(
        "127.0.0.1",
        0,
        tls,
        new WebAccess(allowedOrigins, List.of()),
        ui,
        null,
        introspection,
        document,
        messageBytes,
        responseBytes,
        operationsPerConnection,
        initTimeout,
        keepAlive,
        requestTimeout,
        streams,
        streamQueue,
        reservationTimeout,
        http);
  }
}
