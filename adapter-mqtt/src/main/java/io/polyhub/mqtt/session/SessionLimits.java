package io.polyhub.mqtt.session;

import java.time.Duration;

/**
 * The limits of sessions that outlive their connections.
 *
 * @param sessionExpiryMax the longest that a session outlives its connection; also how long a
 *     persistent session of an MQTT 3.1.1 client does
 * @param sessionsMax the most sessions that outlive their connections
 * @param storeFirst whether what an exchange with QoS 2 has come to is stored before it is
 *     answered, in sessions that outlive their connections: exactly once over a crash too
 * @param saveInterval how long changes of a connected client's session may wait to be saved
 * @param placeSaveInterval how long its places may wait, which move with what the client is sent
 *     and acknowledges with QoS 0 and 1; so far back QoS 1 repeats begin after the end of a process
 * @param savesPerTickMax the most sessions that one event loop saves in 100 ms
 * @param detachedBytesMax the most bytes of unacknowledged publications that are kept in memory for
 *     clients which are away; beyond it they are read from the log again
 */
public record SessionLimits(
    Duration sessionExpiryMax,
    int sessionsMax,
    boolean storeFirst,
    Duration saveInterval,
    Duration placeSaveInterval,
    int savesPerTickMax,
    long detachedBytesMax) {

  /** A week, and as many as a machine of a few cores serves. */
  public static final SessionLimits STANDARD =
      new SessionLimits(
          Duration.ofDays(7),
          100_000,
          true,
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          1_000,
          64L * 1024 * 1024);

  public SessionLimits {
    Bounds.check("sessionExpiryMax", sessionExpiryMax.toSeconds(), 0, 0xFFFF_FFFEL);
    Bounds.check("sessionsMax", sessionsMax, 0, Integer.MAX_VALUE);
    Bounds.check("saveInterval", saveInterval.toMillis(), 100, 60_000);
    Bounds.check("placeSaveInterval", placeSaveInterval.toMillis(), 100, 60_000);
    Bounds.check("savesPerTickMax", savesPerTickMax, 1, Integer.MAX_VALUE);
    Bounds.check("detachedBytesMax", detachedBytesMax, 0, Long.MAX_VALUE);
  }
}
