package io.polyhub.hub;

import java.time.Duration;

/**
 * The hub's bounds; each rule may narrow some of them.
 *
 * @param sessions the most sessions on this node
 * @param sessionsPerUser the most sessions of one user on this node; anonymous ones are not counted
 * @param subscriptionsPerSession the most subscriptions of one session
 * @param publishesPerSecondPerSession the publish rate of one session
 * @param publishesPerSecondPerUser the publish rate of all sessions of one user on this node
 * @param publishesPerSecond the publish rate of this node
 * @param inFlightPerSession the most unacknowledged publications of one session
 * @param inFlight the most unacknowledged publications of this node
 * @param outboxBytes the most bytes that wait in the hub for one session
 * @param laneInbox the most publications that wait for one lane
 * @param historyPage the most publications of one history answer
 * @param historyPageBytes the most bytes of one history answer, but at least one publication
 * @param lastValues the most last values that are read at a time for a new subscription
 * @param members the most members of one presence answer
 * @param headers the most headers of one publication
 * @param headerBytes the most bytes of all headers of one publication
 * @param recoveryWindow how far back a client's cursor reaches for who has no leave for history
 * @param admitWhileCutOff how long clients are let in while this node cannot hear the others, who
 *     may have revoked them; 0 for as long as it lasts
 */
public record Limits(
    int sessions,
    int sessionsPerUser,
    int subscriptionsPerSession,
    int publishesPerSecondPerSession,
    int publishesPerSecondPerUser,
    int publishesPerSecond,
    int inFlightPerSession,
    int inFlight,
    int outboxBytes,
    int laneInbox,
    int historyPage,
    int historyPageBytes,
    int lastValues,
    int members,
    int headers,
    int headerBytes,
    Duration recoveryWindow,
    Duration admitWhileCutOff) {

  /** Bounds for a machine of a few cores. */
  public static final Limits STANDARD =
      new Limits(
          1_000_000,
          10_000,
          1_000,
          10_000,
          50_000,
          500_000,
          256,
          50_000,
          1024 * 1024,
          65_536,
          1_000,
          4 * 1024 * 1024,
          256,
          10_000,
          64,
          16 * 1024,
          Duration.ofHours(1),
          Duration.ZERO);

  public Limits {
    positive("sessions", sessions);
    positive("sessionsPerUser", sessionsPerUser);
    positive("subscriptionsPerSession", subscriptionsPerSession);
    positive("publishesPerSecondPerSession", publishesPerSecondPerSession);
    positive("publishesPerSecondPerUser", publishesPerSecondPerUser);
    positive("publishesPerSecond", publishesPerSecond);
    positive("inFlightPerSession", inFlightPerSession);
    positive("inFlight", inFlight);
    positive("outboxBytes", outboxBytes);
    positive("laneInbox", laneInbox);
    positive("historyPage", historyPage);
    positive("historyPageBytes", historyPageBytes);
    positive("lastValues", lastValues);
    positive("members", members);
    positive("headers", headers);
    positive("headerBytes", headerBytes);
    if (recoveryWindow.isNegative()) {
      throw new IllegalArgumentException(
          "recoveryWindow: " + recoveryWindow + " (expected: 0 or more)");
    }
    if (admitWhileCutOff.isNegative()) {
      throw new IllegalArgumentException(
          "admitWhileCutOff: " + admitWhileCutOff + " (expected: 0 or more)");
    }
  }

  /** Returns these with another bound for admitting while cut off. */
  public Limits withAdmitWhileCutOff(Duration other) {
    return new Limits(
        sessions,
        sessionsPerUser,
        subscriptionsPerSession,
        publishesPerSecondPerSession,
        publishesPerSecondPerUser,
        publishesPerSecond,
        inFlightPerSession,
        inFlight,
        outboxBytes,
        laneInbox,
        historyPage,
        historyPageBytes,
        lastValues,
        members,
        headers,
        headerBytes,
        recoveryWindow,
        other);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
