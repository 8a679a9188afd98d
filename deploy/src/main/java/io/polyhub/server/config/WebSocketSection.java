package io.polyhub.server.config;

import io.polyhub.identity.TlsFiles;
import io.polyhub.websocket.CentrifugeConfig;
import io.polyhub.websocket.CentrifugeTransport;
import io.polyhub.websocket.WebAccess;
import io.polyhub.websocket.WebSocketConfig;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the WebSocket door. */
final class WebSocketSection {

  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MOST = Duration.ofHours(1);

  private WebSocketSection() {}

  /** Returns the door's settings, or null if there is to be none. */
  static @Nullable WebSocketConfig read(
      Section section, TlsSection.Shared shared, String sharedBind, WebAccess access) {
    WebSocketConfig standard = WebSocketConfig.STANDARD;
    boolean enabled = section.read("enabled", true, Kind.flag());
    String bind = section.read("bind", sharedBind, Kind.bind());
    int port = section.read("port", standard.port(), Kind.port());
    TlsFiles tls = TlsSection.readDoor(section.section("tls"), shared);
    boolean compression = section.read("compression", standard.compression(), Kind.flag());
    int maxConnections =
        section.read(
            "maxConnections", standard.maxConnections(), Kind.integer(1, Integer.MAX_VALUE));
    int acceptBacklog =
        section.read("acceptBacklog", standard.acceptBacklog(), Kind.integer(1, 65_535));
    int maxHeaderBytes =
        section.read("maxHeaderBytes", standard.maxHeaderBytes(), Kind.intBytes(256, 1 << 20));
    int maxMessageBytes =
        section.read("maxMessageBytes", standard.maxMessageBytes(), Kind.intBytes(128, 64 << 20));
    Duration handshakeTimeout = time(section, "handshakeTimeout", standard.handshakeTimeout());
    Duration pingInterval = time(section, "pingInterval", standard.pingInterval());
    Duration pongTimeout = time(section, "pongTimeout", standard.pongTimeout());
    Duration closeTimeout = time(section, "closeTimeout", standard.closeTimeout());
    Duration writeTimeout = time(section, "writeTimeout", standard.writeTimeout());
    int writeHighBytes =
        section.read("writeHighBytes", standard.writeHighBytes(), Kind.intBytes(1024, 1 << 30));
    int writeLowBytes =
        section.read("writeLowBytes", standard.writeLowBytes(), Kind.intBytes(1, 1 << 30));
    CentrifugeConfig centrifuge = centrifuge(section.section("centrifuge"));
    section.end();
    WebSocketConfig config =
        section.make(
            () ->
                new WebSocketConfig(
                    bind,
                    port,
                    tls,
                    access,
                    compression,
                    maxConnections,
                    acceptBacklog,
                    maxHeaderBytes,
                    maxMessageBytes,
                    handshakeTimeout,
                    pingInterval,
                    pongTimeout,
                    closeTimeout,
                    writeTimeout,
                    writeHighBytes,
                    writeLowBytes,
                    centrifuge),
            standard);
    return enabled ? config : null;
  }

  private static CentrifugeConfig centrifuge(Section section) {
    CentrifugeConfig standard = CentrifugeConfig.STANDARD;
    Duration introductionTimeout =
        time(section, "introductionTimeout", standard.introductionTimeout());
    Duration pingInterval = time(section, "pingInterval", standard.pingInterval());
    Duration pongTimeout = time(section, "pongTimeout", standard.pongTimeout());
    int maxCommandsPerFrame =
        section.read(
            "maxCommandsPerFrame", standard.maxCommandsPerFrame(), Kind.integer(1, 65_536));
    int maxPendingCommands =
        section.read("maxPendingCommands", standard.maxPendingCommands(), Kind.integer(1, 65_536));
    int maxInlinePublications =
        section.read(
            "maxInlinePublications", standard.maxInlinePublications(), Kind.integer(0, 10_000));
    int maxHistoryPublications =
        section.read(
            "maxHistoryPublications", standard.maxHistoryPublications(), Kind.integer(1, 10_000));
    int maxWaitingBytes =
        section.read("maxWaitingBytes", standard.maxWaitingBytes(), Kind.intBytes(1024, 64 << 20));
    Set<CentrifugeTransport> transports =
        Set.copyOf(
            section.readList(
                "transports",
                standard.transports().stream().sorted().toList(),
                Kind.choice(CentrifugeTransport.class)));
    section.end();
    return section.make(
        () ->
            new CentrifugeConfig(
                introductionTimeout,
                pingInterval,
                pongTimeout,
                maxCommandsPerFrame,
                maxPendingCommands,
                maxInlinePublications,
                maxHistoryPublications,
                maxWaitingBytes,
                transports),
        standard);
  }

  private static Duration time(Section section, String key, Duration standard) {
    return section.read(key, standard, Kind.duration(LEAST, MOST));
  }
}
