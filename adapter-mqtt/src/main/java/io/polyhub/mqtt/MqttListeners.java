package io.polyhub.mqtt;

import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.session.Bounds;
import org.jspecify.annotations.Nullable;

/**
 * Where MQTT is spoken.
 *
 * @param bind the host or address to listen on
 * @param port the port for plain TCP; 0 for any free one, -1 for none
 * @param tls certificates for TLS, or null for none
 * @param tlsPort the port for TLS, if there are certificates; 0 for any free one
 * @param webSocket whether MQTT over WebSocket is offered on the WebSocket door
 * @param webSocketPath the path of it there
 */
public record MqttListeners(
    String bind,
    int port,
    @Nullable TlsFiles tls,
    int tlsPort,
    boolean webSocket,
    String webSocketPath) {

  /** Loopback, and the ports that everybody expects. */
  public static final MqttListeners STANDARD =
      new MqttListeners("127.0.0.1", 1883, null, 8883, true, "/mqtt");

  private static final int PORT_MAX = 0xFFFF;

  public MqttListeners {
    Bounds.check("port", port, -1, PORT_MAX);
    Bounds.check("tlsPort", tlsPort, 0, PORT_MAX);
    if (!webSocketPath.startsWith("/")) {
      throw new IllegalArgumentException(
          "webSocketPath: " + webSocketPath + " (expected: a path that begins with /)");
    }
  }

  /** The same, listening there for plain TCP. */
  public MqttListeners listeningOn(String newBind, int newPort) {
    return new MqttListeners(newBind, newPort, tls, tlsPort, webSocket, webSocketPath);
  }
}
