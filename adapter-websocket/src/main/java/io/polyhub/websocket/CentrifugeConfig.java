package io.polyhub.websocket;

import java.time.Duration;

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
 */
public record CentrifugeConfig(
    Duration introductionTimeout,
    Duration pingInterval,
    Duration pongTimeout,
    int maxCommandsPerFrame,
    int maxPendingCommands,
    int maxInlinePublications,
    int maxHistoryPublications) {

  /** What the field's servers do. */
  public static final CentrifugeConfig STANDARD =
      new CentrifugeConfig(
          Duration.ofSeconds(10),
          Duration.ofSeconds(25),
          Duration.ofSeconds(8),
          1024,
          256,
          300,
          300);

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
  }
}
