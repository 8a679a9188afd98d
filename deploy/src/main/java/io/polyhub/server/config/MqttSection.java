package io.polyhub.server.config;

import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.MqttConfig;
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
    MqttConfig standard = MqttConfig.STANDARD;
    boolean enabled = section.read("enabled", true, Kind.flag());
    String bind = section.read("bind", sharedBind, Kind.bind());
    boolean plain = section.read("plain", true, Kind.flag());
    int port = section.read("port", standard.port(), Kind.port());
    TlsFiles tls = TlsSection.readDoor(section.section("tls"), shared);
    int tlsPort = section.read("tlsPort", standard.tlsPort(), Kind.port());
    boolean webSocket = section.read("webSocket", standard.webSocket(), Kind.flag());
    String webSocketPath = section.read("webSocketPath", standard.webSocketPath(), Kind.text());
    Duration connectTimeout =
        section.read("connectTimeout", standard.connectTimeout(), Kind.duration(LEAST, MOST));
    int maxConnectBytes = section.read("maxConnectBytes", standard.maxConnectBytes(), packet());
    int maxPacketBytes = section.read("maxPacketBytes", standard.maxPacketBytes(), packet());
    int receiveMaximum =
        section.read("receiveMaximum", standard.receiveMaximum(), Kind.integer(1, TWO_BYTES));
    int unreleasedMax =
        section.read("unreleasedMax", standard.unreleasedMax(), Kind.integer(1, TWO_BYTES));
    int maxInflight =
        section.read("maxInflight", standard.maxInflight(), Kind.integer(1, TWO_BYTES / 2));
    int topicAliasMaximum =
        section.read("topicAliasMaximum", standard.topicAliasMaximum(), Kind.integer(0, TWO_BYTES));
    int outboundAliasMaximum =
        section.read(
            "outboundAliasMaximum", standard.outboundAliasMaximum(), Kind.integer(0, TWO_BYTES));
    Duration maxKeepAlive =
        section.read(
            "maxKeepAlive",
            standard.maxKeepAlive(),
            Kind.duration(Duration.ofSeconds(1), Duration.ofSeconds(TWO_BYTES)));
    Duration sessionExpiryMax =
        section.read(
            "sessionExpiryMax",
            standard.sessionExpiryMax(),
            Kind.duration(Duration.ZERO, FOUR_BYTES));
    int sessionsMax =
        section.read("sessionsMax", standard.sessionsMax(), Kind.integer(0, Integer.MAX_VALUE));
    Duration willDelayMax =
        section.read(
            "willDelayMax", standard.willDelayMax(), Kind.duration(Duration.ZERO, FOUR_BYTES));
    boolean storeFirst = section.read("storeFirst", standard.storeFirst(), Kind.flag());
    Duration willGrace =
        section.read(
            "willGrace", standard.willGrace(), Kind.duration(Duration.ZERO, Duration.ofHours(1)));
    Duration saveInterval =
        section.read(
            "saveInterval",
            standard.saveInterval(),
            Kind.duration(Duration.ofMillis(100), Duration.ofMinutes(1)));
    Duration placeSaveInterval =
        section.read(
            "placeSaveInterval",
            standard.placeSaveInterval(),
            Kind.duration(Duration.ofMillis(100), Duration.ofMinutes(1)));
    int savesPerTickMax =
        section.read(
            "savesPerTickMax", standard.savesPerTickMax(), Kind.integer(1, Integer.MAX_VALUE));
    long detachedBytesMax =
        section.read(
            "detachedBytesMax", standard.detachedBytesMax(), Kind.bytes(0, Long.MAX_VALUE));
    int writeHighBytes =
        section.read("writeHighBytes", standard.writeHighBytes(), Kind.intBytes(1024, 1 << 30));
    Duration writeStallMax =
        section.read("writeStallMax", standard.writeStallMax(), Kind.duration(LEAST, MOST));
    section.end();
    MqttConfig config =
        section.make(
            () ->
                new MqttConfig(
                    bind,
                    plain ? port : -1,
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
                    writeStallMax),
            standard);
    return enabled ? config : null;
  }

  private static Kind<Integer> packet() {
    return Kind.intBytes(64, 268_435_460);
  }
}
