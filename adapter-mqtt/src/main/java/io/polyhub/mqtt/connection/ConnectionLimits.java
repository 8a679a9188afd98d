package io.polyhub.mqtt.connection;

import io.polyhub.mqtt.session.Bounds;
import java.time.Duration;

/**
 * What one connection may take of memory and of time.
 *
 * @param connectTimeout how long a client may take, from the connection to the whole CONNECT, the
 *     TLS handshake included
 * @param maxConnectBytes the largest CONNECT packet
 * @param maxPacketBytes the largest other packet, either way; the standard has room for the largest
 *     payload that rules allow by themselves (1 MiB) and for what comes before it
 * @param maxKeepAlive the longest keep alive; MQTT 5 clients are told, 0 is cut to it for them
 * @param writeHighBytes from how many bytes that wait in a connection on nothing more is offered to
 *     it
 * @param writeStallMax how long a client may read nothing while something waits for it
 */
public record ConnectionLimits(
    Duration connectTimeout,
    int maxConnectBytes,
    int maxPacketBytes,
    Duration maxKeepAlive,
    int writeHighBytes,
    Duration writeStallMax) {

  /** What a packet may hold beside its payload: topic and properties. */
  private static final int HEAD_BYTES = 64 * 1024;

  /** Limits for a machine of a few cores. */
  public static final ConnectionLimits STANDARD =
      new ConnectionLimits(
          Duration.ofSeconds(10),
          128 * 1024,
          1024 * 1024 + HEAD_BYTES,
          Duration.ofMinutes(20),
          64 * 1024,
          Duration.ofSeconds(60));

  private static final int TWO_BYTES = 0xFFFF;
  private static final int LARGEST_PACKET = 268_435_460;

  public ConnectionLimits {
    Bounds.check("connectTimeout", connectTimeout.toMillis(), 1, Integer.MAX_VALUE);
    Bounds.check("maxConnectBytes", maxConnectBytes, 64, LARGEST_PACKET);
    Bounds.check("maxPacketBytes", maxPacketBytes, 64, LARGEST_PACKET);
    Bounds.check("maxKeepAlive", maxKeepAlive.toSeconds(), 1, TWO_BYTES);
    Bounds.check("writeHighBytes", writeHighBytes, 1024, Integer.MAX_VALUE);
    Bounds.check("writeStallMax", writeStallMax.toMillis(), 1, Integer.MAX_VALUE);
  }
}
