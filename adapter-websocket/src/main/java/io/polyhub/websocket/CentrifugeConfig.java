package io.polyhub.websocket;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * The Centrifuge client protocol's settings.
 *
 * @param introductionTimeout how long a client may take to connect, after the handshake
 * @param pingInterval how often a client is pinged; whole seconds, since clients are told it so
 * @param pongTimeout how soon it must answer; less than the interval
 * @param maxCommandsPerFrame the most commands of one frame
 * @param maxPendingCommands how many commands may wait for an answer before reading pauses
 * @param maxInlinePublications the most recovered publications that stand in a subscribe reply;
 *     further ones follow as pushes
 * @param maxHistoryPublications the most publications of a history reply
 * @param maxWaitingBytes how many bytes of commands may wait that came by other requests than the
 *     one that is answered by the stream; with more the connection ends
 * @param transports by what the protocol is carried
 */
public record CentrifugeConfig(
    Duration introductionTimeout,
    Duration pingInterval,
    Duration pongTimeout,
    int maxCommandsPerFrame,
    int maxPendingCommands,
    int maxInlinePublications,
    int maxHistoryPublications,
    int maxWaitingBytes,
    Set<CentrifugeTransport> transports) {

  /** What the field's servers do. */
  public static final CentrifugeConfig STANDARD =
      new CentrifugeConfig(
          Duration.ofSeconds(10),
          Duration.ofSeconds(25),
          Duration.ofSeconds(8),
          1024,
          256,
          300,
          300,
          512 * 1024,
          EnumSet.of(CentrifugeTransport.WEBSOCKET, CentrifugeTransport.HTTP_STREAM));

  public CentrifugeConfig {
    Checks.positive("introductionTimeout", introductionTimeout);
    Checks.positive("pingInterval", pingInterval);
    Checks.range("pingInterval's fraction of a second", pingInterval.toNanosPart(), 0, 0);
    Checks.positive("pongTimeout", pongTimeout);
    Checks.less("pongTimeout", pongTimeout, "pingInterval", pingInterval);
    Checks.range("maxCommandsPerFrame", maxCommandsPerFrame, 1, 65_536);
    Checks.range("maxPendingCommands", maxPendingCommands, 1, 65_536);
    Checks.range("maxInlinePublications", maxInlinePublications, 0, 10_000);
    Checks.range("maxHistoryPublications", maxHistoryPublications, 1, 10_000);
    Checks.range("maxWaitingBytes", maxWaitingBytes, 1024, 64 * 1024 * 1024);
    transports = Set.copyOf(transports);
  }
}
