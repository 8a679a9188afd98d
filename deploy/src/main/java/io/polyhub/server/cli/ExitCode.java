package io.polyhub.server.cli;

/** What the process says when it ends. Documented in {@code docs/operations.md}. */
public final class ExitCode {

  /** All went well. */
  public static final int OK = 0;

  /** The server refused, or broke off. */
  public static final int REFUSED = 1;

  /** The command line is not as it must be. */
  static final int USAGE = 2;

  /** The configuration is not as it must be. */
  public static final int CONFIGURATION = 3;

  /** The server cannot start, for instance because a port is taken. */
  static final int CANNOT_START = 4;

  /** There is no server at that address. */
  public static final int NOT_REACHED = 5;

  private ExitCode() {}
}
