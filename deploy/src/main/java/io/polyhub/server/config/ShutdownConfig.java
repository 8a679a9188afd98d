package io.polyhub.server.config;

import java.time.Duration;

/**
 * How the server goes down.
 *
 * @param notice how long it stays up after readiness turned false, so that load balancers look
 *     elsewhere before doors close
 * @param drain over how long clients are told goodbye, so that they do not all come back at once
 * @param limit the longest that going down may take; then the process ends all the same
 */
public record ShutdownConfig(Duration notice, Duration drain, Duration limit) {

  /** Fast enough for a terminal; a cluster sets a notice and a longer drain. */
  public static final ShutdownConfig STANDARD =
      new ShutdownConfig(Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(30));

  private static final Duration MAX = Duration.ofHours(1);

  public ShutdownConfig {
    if (notice.plus(drain).compareTo(limit) >= 0) {
      throw new IllegalArgumentException(
          "limit: "
              + Units.durationText(limit)
              + " (expected: more than notice and drain together, "
              + Units.durationText(notice.plus(drain))
              + ")");
    }
  }

  static ShutdownConfig read(Section section) {
    Duration notice = section.read("notice", STANDARD.notice, Kind.duration(Duration.ZERO, MAX));
    Duration drain = section.read("drain", STANDARD.drain, Kind.duration(Duration.ZERO, MAX));
    Duration limit =
        section.read("limit", STANDARD.limit, Kind.duration(Duration.ofSeconds(1), MAX));
    section.end();
    return section.make(() -> new ShutdownConfig(notice, drain, limit), STANDARD);
  }
}
