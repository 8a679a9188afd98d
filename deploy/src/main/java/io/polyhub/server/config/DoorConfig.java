package io.polyhub.server.config;

import io.polyhub.door.Listener;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.websocket.WebSocketConfig;
import org.jspecify.annotations.Nullable;

/**
 * A door that is enabled, with its settings: a record for each kind of door, so that the compiler
 * finds whoever does not know one of them. {@link DoorSections} reads them.
 */
public sealed interface DoorConfig {

  /** Its section in the configuration. */
  String name();

  /** What people call it. */
  String title();

  /** The address that it listens on. */
  String bind();

  /** The port that it listens on; 0 for any that is free. */
  int port();

  /** The files of its TLS, or null for none. */
  @Nullable TlsFiles tls();

  /** Where it is to listen, for people. */
  default String wanted() {
    return Listener.address(bind(), port());
  }

  /** The keys that say where it is to listen. */
  default String keys() {
    return name() + ".bind, " + name() + ".port";
  }

  /**
   * The WebSocket door, on which other doors' protocols are spoken too.
   *
   * @param settings its own
   */
  record WebSocket(WebSocketConfig settings) implements DoorConfig {

    static final String NAME = "websocket";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String title() {
      return "WebSocket";
    }

    @Override
    public String bind() {
      return settings.bind();
    }

    @Override
    public int port() {
      return settings.port();
    }

    @Override
    public @Nullable TlsFiles tls() {
      return settings.tls();
    }
  }

  /**
   * The HTTP door, with GraphQL.
   *
   * @param settings its own
   */
  record Http(GraphQlConfig settings) implements DoorConfig {

    static final String NAME = "http";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String title() {
      return "HTTP";
    }

    @Override
    public String bind() {
      return settings.bind();
    }

    @Override
    public int port() {
      return settings.port();
    }

    @Override
    public @Nullable TlsFiles tls() {
      return settings.tls();
    }
  }

  /**
   * The MQTT door, over TCP, TLS and WebSocket.
   *
   * @param settings its own
   */
  record Mqtt(MqttConfig settings) implements DoorConfig {

    static final String NAME = "mqtt";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String title() {
      return "MQTT";
    }

    @Override
    public String bind() {
      return settings.bind();
    }

    @Override
    public int port() {
      return settings.listeners().port();
    }

    @Override
    public @Nullable TlsFiles tls() {
      return settings.tls();
    }

    @Override
    public String wanted() {
      String plain = Listener.address(bind(), port());
      return tls() == null
          ? plain
          : plain + " and port " + settings.listeners().tlsPort() + " (TLS)";
    }

    @Override
    public String keys() {
      return "mqtt.bind, mqtt.port, mqtt.tlsPort";
    }
  }

  /**
   * The gRPC door.
   *
   * @param settings its own
   */
  record Grpc(GrpcConfig settings) implements DoorConfig {

    static final String NAME = "grpc";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String title() {
      return "gRPC";
    }

    @Override
    public String bind() {
      return settings.bind();
    }

    @Override
    public int port() {
      return settings.port();
    }

    @Override
    public @Nullable TlsFiles tls() {
      return settings.tls();
    }
  }
}
