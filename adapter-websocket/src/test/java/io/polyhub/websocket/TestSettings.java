package io.polyhub.websocket;

import io.polyhub.identity.TlsFiles;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Settings of a door on a free port, some of them made small. */
final class TestSettings {

  private static final WebSocketConfig STANDARD = WebSocketConfig.STANDARD;
  private static final CentrifugeConfig CENTRIFUGE = CentrifugeConfig.STANDARD;

  @Nullable TlsFiles tls;
  List<String> allowedOrigins = List.of();
  List<String> allowedHosts = List.of();
  boolean compression;
  int maxConnections = STANDARD.maxConnections();
  int maxHeaderBytes = STANDARD.maxHeaderBytes();
  int maxMessageBytes = STANDARD.maxMessageBytes();
  Duration handshakeTimeout = STANDARD.handshakeTimeout();
  Duration carrierPingInterval = STANDARD.pingInterval();
  Duration carrierPongTimeout = STANDARD.pongTimeout();
  Duration closeTimeout = STANDARD.closeTimeout();
  Duration writeTimeout = STANDARD.writeTimeout();
  Duration introductionTimeout = CENTRIFUGE.introductionTimeout();
  Duration pingInterval = CENTRIFUGE.pingInterval();
  Duration pongTimeout = CENTRIFUGE.pongTimeout();
  int maxCommandsPerFrame = CENTRIFUGE.maxCommandsPerFrame();
  int maxPendingCommands = CENTRIFUGE.maxPendingCommands();
  int maxWaitingBytes = CENTRIFUGE.maxWaitingBytes();
  Set<CentrifugeTransport> transports = EnumSet.allOf(CentrifugeTransport.class);
  int maxInlinePublications = CENTRIFUGE.maxInlinePublications();

  WebSocketConfig config() {
    return new WebSocketConfig(
        "127.0.0.1",
        0,
        tls,
        new WebAccess(allowedOrigins, allowedHosts),
        compression,
        maxConnections,
        STANDARD.acceptBacklog(),
        maxHeaderBytes,
        maxMessageBytes,
        handshakeTimeout,
        carrierPingInterval,
        carrierPongTimeout,
        closeTimeout,
        writeTimeout,
        STANDARD.writeHighBytes(),
        STANDARD.writeLowBytes(),
        new CentrifugeConfig(
            introductionTimeout,
            pingInterval,
            pongTimeout,
            maxCommandsPerFrame,
            maxPendingCommands,
            maxInlinePublications,
            CENTRIFUGE.maxHistoryPublications(),
            maxWaitingBytes,
            transports));
  }
}
