package io.polyhub.mqtt.session;

import java.time.Duration;

/**
 * The limits of sessions that outlive their connections.
 *
 * @param sessionsMax the most of them
 * @param sessionExpiryMax the longest that a session outlives its connection; also how long a
 *     persistent session of an MQTT 3.1.1 client does
 * @param detachedBytesMax the most bytes of unacknowledged publications that are kept in memory for
 *     clients which are away; beyond it they are read from the log again
 * @param storeFirst whether what an exchange with QoS 2 has come to is stored before it is
 *     answered: exactly once over a crash too
 * @param saveInterval how long changes of a connected client's session may wait to be saved
 * @param placeSaveInterval how long its places may wait, which move with what the client is sent
 *     and acknowledges with QoS 0 and 1; so far back QoS 1 repeats begin after the end of a process
 * @param savesPerTickMax the most sessions that one event loop saves in 100 ms
 */
public record SessionLimits(
    int sessionsMax,
    Duration sessionExpiryMax,
    long detachedBytesMax,
    boolean storeFirst,
    Duration saveInterval,
    Duration placeSaveInterval,
    int savesPerTickMax) {}
