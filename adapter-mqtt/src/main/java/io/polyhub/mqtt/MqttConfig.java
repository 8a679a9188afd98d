package io.polyhub.mqtt;

import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.connection.DoorLimits;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT door's settings.
 *
 * @param listeners where it is spoken
 * @param limits what clients may take of it
 */
public record MqttConfig(MqttListeners listeners, DoorLimits limits) {

  /** Loopback, the ports that everybody expects, and limits for a machine of a few cores. */
  public static final MqttConfig STANDARD =
      new MqttConfig(MqttListeners.STANDARD, DoorLimits.STANDARD);

  /** The host or address to listen on. */
  public String bind() {
    return listeners.bind();
  }

  /** Certificates for TLS, or null for none. */
  public @Nullable TlsFiles tls() {
    return listeners.tls();
  }

  /** The same, listening there for plain TCP. */
  public MqttConfig listeningOn(String newBind, int newPort) {
    return new MqttConfig(listeners.listeningOn(newBind, newPort), limits);
  }
}
