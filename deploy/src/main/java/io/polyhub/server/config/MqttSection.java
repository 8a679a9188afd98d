package io.polyhub.server.config;

import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.mqtt.MqttListeners;
import io.polyhub.mqtt.connection.ConnectionLimits;
import io.polyhub.mqtt.connection.DoorLimits;
import io.polyhub.mqtt.connection.ExchangeLimits;
import io.polyhub.mqtt.session.SessionLimits;
import io.polyhub.mqtt.session.WillLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the MQTT door. */
final class MqttSection {

  private static final int TWO_BYTES = 0xFFFF;
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MOST = Duration.ofHours(1);
  private static final Duration FOUR_BYTES = Duration.ofSeconds(0xFFFF_FFFEL);

  private MqttSection() {}

  /** Returns the door's settings, or null if there is to be none. */
  static @Nullable MqttConfig read(Section section, TlsSection.Shared shared, String sharedBind) {
    boolean enabled = section.read("enabled", true, Kind.flag());
    String bind = section.read("bind", sharedBind, Kind.bind());
    boolean plain = section.read("plain", true, Kind.flag());
    int port = section.read("port", MqttListeners.STANDARD.port(), Kind.port());
    TlsFiles tls = TlsSection.readDoor(section.section("tls"), shared);
    int tlsPort = section.read("tlsPort", MqttListeners.STANDARD.tlsPort(), Kind.port());
    boolean webSocket = section.read("webSocket", MqttListeners.STANDARD.webSocket(), Kind.flag());
    String webSocketPath =
        section.read("webSocketPath", MqttListeners.STANDARD.webSocketPath(), Kind.text());
    Duration connectTimeout =
        section.read(
            "connectTimeout",
            ConnectionLimits.STANDARD.connectTimeout(),
            Kind.duration(LEAST, MOST));
    int maxConnectBytes =
        section.read("maxConnectBytes", ConnectionLimits.STANDARD.maxConnectBytes(), packet());
    int maxPacketBytes =
        section.read("maxPacketBytes", ConnectionLimits.STANDARD.maxPacketBytes(), packet());
    int receiveMaximum =
        section.read(
            "receiveMaximum", ExchangeLimits.STANDARD.receiveMaximum(), Kind.integer(1, TWO_BYTES));
    int unreleasedMax =
        section.read(
            "unreleasedMax", ExchangeLimits.STANDARD.unreleasedMax(), Kind.integer(1, TWO_BYTES));
    int maxInflight =
        section.read(
            "maxInflight", ExchangeLimits.STANDARD.maxInflight(), Kind.integer(1, TWO_BYTES / 2));
    int topicAliasMaximum =
        section.read(
            "topicAliasMaximum",
            ExchangeLimits.STANDARD.topicAliasMaximum(),
            Kind.integer(0, TWO_BYTES));
    int outboundAliasMaximum =
        section.read(
            "outboundAliasMaximum",
            ExchangeLimits.STANDARD.outboundAliasMaximum(),
            Kind.integer(0, TWO_BYTES));
    Duration maxKeepAlive =
        section.read(
            "maxKeepAlive",
            ConnectionLimits.STANDARD.maxKeepAlive(),
            Kind.duration(Duration.ofSeconds(1), Duration.ofSeconds(TWO_BYTES)));
    Duration sessionExpiryMax =
        section.read(
            "sessionExpiryMax",
            SessionLimits.STANDARD.sessionExpiryMax(),
            Kind.duration(Duration.ZERO, FOUR_BYTES));
    int sessionsMax =
        section.read(
            "sessionsMax",
            SessionLimits.STANDARD.sessionsMax(),
            Kind.integer(0, Integer.MAX_VALUE));
    Duration willDelayMax =
        section.read(
            "willDelayMax",
            WillLimits.STANDARD.willDelayMax(),
            Kind.duration(Duration.ZERO, FOUR_BYTES));
    boolean storeFirst =
        section.read("storeFirst", SessionLimits.STANDARD.storeFirst(), Kind.flag());
    Duration willGrace =
        section.read(
            "willGrace",
            WillLimits.STANDARD.willGrace(),
            Kind.duration(Duration.ZERO, Duration.ofHours(1)));
    Duration saveInterval =
        section.read(
            "saveInterval",
            SessionLimits.STANDARD.saveInterval(),
            Kind.duration(Duration.ofMillis(100), Duration.ofMinutes(1)));
    Duration placeSaveInterval =
        section.read(
            "placeSaveInterval",
            SessionLimits.STANDARD.placeSaveInterval(),
            Kind.duration(Duration.ofMillis(100), Duration.ofMinutes(1)));
    int savesPerTickMax =
        section.read(
            "savesPerTickMax",
            SessionLimits.STANDARD.savesPerTickMax(),
            Kind.integer(1, Integer.MAX_VALUE));
    long detachedBytesMax =
        section.read(
            "detachedBytesMax",
            SessionLimits.STANDARD.detachedBytesMax(),
            Kind.bytes(0, Long.MAX_VALUE));
    int writeHighBytes =
        section.read(
            "writeHighBytes",
            ConnectionLimits.STANDARD.writeHighBytes(),
            Kind.intBytes(1024, 1 << 30));
    Duration writeStallMax =
        section.read(
            "writeStallMax", ConnectionLimits.STANDARD.writeStallMax(), Kind.duration(LEAST, MOST));
    section.end();
    MqttConfig config =
        section.make(
            () ->
                new MqttConfig(
                    new MqttListeners(
                        bind, plain ? port : -1, tls, tlsPort, webSocket, webSocketPath),
                    new DoorLimits(
                        new ConnectionLimits(
                            connectTimeout,
                            maxConnectBytes,
                            maxPacketBytes,
                            maxKeepAlive,
                            writeHighBytes,
                            writeStallMax),
                        new ExchangeLimits(
                            receiveMaximum,
                            unreleasedMax,
                            maxInflight,
                            topicAliasMaximum,
                            outboundAliasMaximum),
                        new SessionLimits(
                            sessionExpiryMax,
                            sessionsMax,
                            storeFirst,
                            saveInterval,
                            placeSaveInterval,
                            savesPerTickMax,
                            detachedBytesMax),
                        new WillLimits(willDelayMax, willGrace))),
            MqttConfig.STANDARD);
    return enabled ? config : null;
  }

  private static Kind<Integer> packet() {
    return Kind.intBytes(64, 268_435_460);
  }
}
