package io.polyhub.websocket;

import io.polyhub.identity.TlsFiles;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the WebSocket door listens, and its bounds.
 *
 * @param bind the address to listen on
 * @param port the port, or 0 for any free one
 * @param tls the server's certificate and key, or null for none
 * @param access which further pages may connect, and which further names the door answers to
 * @param compression whether permessage-deflate is agreed to
 * @param maxConnections the most connections; further ones are closed at once
 * @param acceptBacklog how many connections may wait to be accepted
 * @param maxHeaderBytes the most bytes of a handshake's request line, and of all its headers
 * @param maxMessageBytes the largest message, also after inflation
 * @param handshakeTimeout how long a handshake may take, TLS included
 * @param pingInterval how often a client is pinged
 * @param pongTimeout how soon it must then be heard of; less than the interval
 * @param closeTimeout how long to wait for a client's part of the closing handshake
 * @param writeTimeout how long a client may keep a full way to it from draining
 * @param writeHighBytes at how many unsent bytes a connection counts as full
 * @param writeLowBytes below how many it has room again
 * @param centrifuge the Centrifuge protocol's own settings
 */
public record WebSocketConfig(
    String bind,
    int port,
    @Nullable TlsFiles tls,
    WebAccess access,
    boolean compression,
    int maxConnections,
    int acceptBacklog,
    int maxHeaderBytes,
    int maxMessageBytes,
    Duration handshakeTimeout,
    Duration pingInterval,
    Duration pongTimeout,
    Duration closeTimeout,
    Duration writeTimeout,
    int writeHighBytes,
    int writeLowBytes,
    CentrifugeConfig centrifuge) {

  /** Loopback, port 8000, without TLS. */
  public static final WebSocketConfig STANDARD =
      new WebSocketConfig(
          "127.0.0.1",
          8000,
          null,
          WebAccess.STANDARD,
          false,
          100_000,
          1024,
          8 * 1024,
          64 * 1024,
          Duration.ofSeconds(10),
          Duration.ofSeconds(25),
          Duration.ofSeconds(8),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          64 * 1024,
          32 * 1024,
          CentrifugeConfig.STANDARD);

  public WebSocketConfig {
    Checks.range("port", port, 0, 65_535);
    Checks.range("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
    Checks.range("acceptBacklog", acceptBacklog, 1, 65_535);
    Checks.range("maxHeaderBytes", maxHeaderBytes, 256, 1024 * 1024);
    Checks.range("maxMessageBytes", maxMessageBytes, 128, 64 * 1024 * 1024);
    Checks.positive("handshakeTimeout", handshakeTimeout);
    Checks.positive("pingInterval", pingInterval);
    Checks.positive("pongTimeout", pongTimeout);
    Checks.less("pongTimeout", pongTimeout, "pingInterval", pingInterval);
    Checks.positive("closeTimeout", closeTimeout);
    Checks.positive("writeTimeout", writeTimeout);
    Checks.range("writeHighBytes", writeHighBytes, 1024, Integer.MAX_VALUE);
    Checks.range("writeLowBytes", writeLowBytes, 1, writeHighBytes);
  }

  /** The same, listening there. */
  public WebSocketConfig listeningOn(String newBind, int newPort) {
    return new WebSocketConfig(
        newBind,
        newPort,
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
        centrifuge);
  }
}
