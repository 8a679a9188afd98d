package io.polyhub.server.config;

import io.polyhub.hub.Limits;
import java.time.Duration;

/** Reads the hub's bounds. */
final class LimitsSection {

  private static final int MAX_BYTES = 1024 * 1024 * 1024;

  private LimitsSection() {}

  static Limits read(Section section) {
    Limits standard = Limits.STANDARD;
    Limits limits =
        new Limits(
            count(section, "sessions", standard.sessions()),
            count(section, "sessionsPerUser", standard.sessionsPerUser()),
            count(section, "subscriptionsPerSession", standard.subscriptionsPerSession()),
            count(section, "publishesPerSecondPerSession", standard.publishesPerSecondPerSession()),
            count(section, "publishesPerSecondPerUser", standard.publishesPerSecondPerUser()),
            count(section, "publishesPerSecond", standard.publishesPerSecond()),
            count(section, "inFlightPerSession", standard.inFlightPerSession()),
            count(section, "inFlight", standard.inFlight()),
            bytes(section, "outboxBytes", standard.outboxBytes()),
            count(section, "laneInbox", standard.laneInbox()),
            count(section, "historyPage", standard.historyPage()),
            bytes(section, "historyPageBytes", standard.historyPageBytes()),
            count(section, "lastValues", standard.lastValues()),
            count(section, "members", standard.members()),
            count(section, "headers", standard.headers()),
            bytes(section, "headerBytes", standard.headerBytes()),
            section.read(
                "recoveryWindow",
                standard.recoveryWindow(),
                Kind.duration(Duration.ZERO, Duration.ofDays(365))),
            section.read(
                "admitWhileCutOff",
                standard.admitWhileCutOff(),
                Kind.duration(Duration.ZERO, Duration.ofDays(365))));
    section.end();
    return limits;
  }

  private static int count(Section section, String key, int standard) {
    return section.read(key, standard, Kind.integer(1, Integer.MAX_VALUE));
  }

  private static int bytes(Section section, String key, int standard) {
    return section.read(key, standard, Kind.intBytes(1, MAX_BYTES));
  }
}
