package io.polyhub.server.config;

/**
 * How the server logs.
 *
 * @param format for whom
 * @param level what is worth a line
 */
public record LoggingConfig(Format format, Level level) {

  /** For people, without the details of each session. */
  public static final LoggingConfig STANDARD = new LoggingConfig(Format.TEXT, Level.INFO);

  /** For whom lines are written. */
  public enum Format {
    /** For people: one line each. */
    TEXT,
    /** For machines: one JSON object on each line. */
    JSON
  }

  /** From when on something is worth a line. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    /** With the end of each session, and its reason. */
    DEBUG,
    TRACE
  }

  static LoggingConfig read(Section section) {
    LoggingConfig config =
        new LoggingConfig(
            section.read("format", STANDARD.format, Kind.choice(Format.class)),
            section.read("level", STANDARD.level, Kind.choice(Level.class)));
    section.end();
    return config;
  }
}
