package io.polyhub.mqtt;

import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.session.SessionLimits;
import io.polyhub.mqtt.session.WillLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT door's settings and limits.
 *
 * @param bind the host or address to listen on
 * @param port the port for plain TCP; 0 for any free one, -1 for none
 * @param tls certificates for TLS, or null for none
 * @param tlsPort the port for TLS, if there are certificates; 0 for any free one
 * @param webSocket whether MQTT over WebSocket is offered on the WebSocket door
 * @param webSocketPath the path of it there
 * @param connectTimeout how long a client may take, from the connection to the whole CONNECT, the
 *     TLS handshake included
 * @param maxConnectBytes the largest CONNECT packet
 * @param maxPacketBytes the largest other packet, either way; the standard has room for the largest
 *     payload that rules allow by themselves (1 MiB) and for what stands before it
 * @param receiveMaximum the most publications with QoS 1 and 2 that a client may have
 *     unacknowledged
 * @param unreleasedMax the most QoS 2 publications of an MQTT 3.1.1 client between PUBREC and
 *     PUBREL
 * @param maxInflight the most publications with QoS 1 and 2 that a client is sent unacknowledged;
 *     it may ask for fewer
 * @param topicAliasMaximum the most topic aliases that a client may set
 * @param outboundAliasMaximum the most topic aliases that are set towards a client which allows
 *     them
 * @param maxKeepAlive the longest keep alive; MQTT 5 clients are told, 0 is cut to it for them
 * @param sessionExpiryMax the longest that a session outlives its connection; also how long a
 *     persistent session of an MQTT 3.1.1 client does
 * @param sessionsMax the most sessions that outlive their connections
 * @param willDelayMax the longest will delay
 * @param storeFirst whether what an exchange with QoS 2 has come to is stored before it is
 *     answered, in sessions that outlive their connections: exactly once over a crash too
 * @param willGrace how long the will of a client at least waits whose connection this server ends
 *     because it goes down; 0 for not at all
 * @param saveInterval how long changes of a connected client's session may wait to be saved
 * @param placeSaveInterval how long its places may wait, which move with what the client is sent
 *     and acknowledges with QoS 0 and 1; so far back QoS 1 repeats begin after the end of a process
 * @param savesPerTickMax the most sessions that one event loop saves in 100 ms
 * @param detachedBytesMax the most bytes of unacknowledged publications that are kept in memory for
 *     clients which are away; beyond it they are read from the log again
 * @param writeHighBytes from how many bytes that wait in a connection on nothing more is offered to
 *     it
 * @param writeStallMax how long a client may read nothing while something waits for it
 */
public record MqttConfig(
    String bind,
    int port,
    @Nullable TlsFiles tls,
    int tlsPort,
    boolean webSocket,
    String webSocketPath,
    Duration connectTimeout,
    int maxConnectBytes,
    int maxPacketBytes,
    int receiveMaximum,
    int unreleasedMax,
    int maxInflight,
    int topicAliasMaximum,
    int outboundAliasMaximum,
    Duration maxKeepAlive,
    Duration sessionExpiryMax,
    int sessionsMax,
    Duration willDelayMax,
    boolean storeFirst,
    Duration willGrace,
    Duration saveInterval,
    Duration placeSaveInterval,
    int savesPerTickMax,
    long detachedBytesMax,
    int writeHighBytes,
    Duration writeStallMax) {

  /** What a packet may hold beside its payload: topic and properties. */
  private static final int HEAD_BYTES = 64 * 1024;

  /** Loopback, the ports that everybody expects, and limits for a machine of a few cores. */
  public static final MqttConfig STANDARD =
      new MqttConfig(
          "127.0.0.1",
          1883,
          null,
          8883,
          true,
          "/mqtt",
          Duration.ofSeconds(10),
          128 * 1024,
          1024 * 1024 + HEAD_BYTES,
          64,
          1024,
          64,
          16,
          16,
          Duration.ofMinutes(20),
          Duration.ofDays(7),
          100_000,
          Duration.ofDays(1),
          true,
          Duration.ofSeconds(30),
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          1_000,
          64L * 1024 * 1024,
          64 * 1024,
          Duration.ofSeconds(60));

  private static final int TWO_BYTES = 0xFFFF;
  private static final int LARGEST_PACKET = 268_435_460;

  public MqttConfig {
    within("port", port, -1, TWO_BYTES);
    within("tlsPort", tlsPort, 0, TWO_BYTES);
    within("maxConnectBytes", maxConnectBytes, 64, LARGEST_PACKET);
    within("maxPacketBytes", maxPacketBytes, 64, LARGEST_PACKET);
    within("receiveMaximum", receiveMaximum, 1, TWO_BYTES);
    within("unreleasedMax", unreleasedMax, 1, TWO_BYTES);
    within("maxInflight", maxInflight, 1, TWO_BYTES / 2);
    within("topicAliasMaximum", topicAliasMaximum, 0, TWO_BYTES);
    within("outboundAliasMaximum", outboundAliasMaximum, 0, TWO_BYTES);
    within("maxKeepAlive", maxKeepAlive.toSeconds(), 1, TWO_BYTES);
    within("sessionExpiryMax", sessionExpiryMax.toSeconds(), 0, 0xFFFF_FFFEL);
    within("sessionsMax", sessionsMax, 0, Integer.MAX_VALUE);
    within("willDelayMax", willDelayMax.toSeconds(), 0, 0xFFFF_FFFFL);
    within("willGrace", willGrace.toSeconds(), 0, 3600);
    within("connectTimeout", connectTimeout.toMillis(), 1, Integer.MAX_VALUE);
    within("saveInterval", saveInterval.toMillis(), 100, 60_000);
    within("placeSaveInterval", placeSaveInterval.toMillis(), 100, 60_000);
    within("savesPerTickMax", savesPerTickMax, 1, Integer.MAX_VALUE);
    within("detachedBytesMax", detachedBytesMax, 0, Long.MAX_VALUE);
    within("writeHighBytes", writeHighBytes, 1024, Integer.MAX_VALUE);
    within("writeStallMax", writeStallMax.toMillis(), 1, Integer.MAX_VALUE);
    if (!webSocketPath.startsWith("/")) {
      throw new IllegalArgumentException(
          "webSocketPath: " + webSocketPath + " (expected: a path that begins with /)");
    }
  }

  /** The limits of sessions that outlive their connections. */
  public SessionLimits sessions() {
    return new SessionLimits(
        sessionsMax,
        sessionExpiryMax,
        detachedBytesMax,
        storeFirst,
        saveInterval,
        placeSaveInterval,
        savesPerTickMax);
  }

  /** How long wills wait. */
  public WillLimits wills() {
    return new WillLimits(willDelayMax, willGrace);
  }

  /** The same, listening there for plain TCP. */
  public MqttConfig listeningOn(String newBind, int newPort) {
    return new MqttConfig(
        newBind,
        newPort,
        tls,
        tlsPort,
        webSocket,
        webSocketPath,
        connectTimeout,
        maxConnectBytes,
        maxPacketBytes,
        receiveMaximum,
        unreleasedMax,
        maxInflight,
        topicAliasMaximum,
        outboundAliasMaximum,
        maxKeepAlive,
        sessionExpiryMax,
        sessionsMax,
        willDelayMax,
        storeFirst,
        willGrace,
        saveInterval,
        placeSaveInterval,
        savesPerTickMax,
        detachedBytesMax,
        writeHighBytes,
        writeStallMax);
  }

  private static void within(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + from + " to " + to + ")");
    }
  }
}
